// @grpc/grpc-js as a client: one JSON request a line on stdin, one JSON answer a line on stdout.
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const [here, protos] = [path.dirname(fileURLToPath(import.meta.url)), process.argv[2]];
const load = file => grpc.loadPackageDefinition(loader.loadSync(file, { keepCase: true, defaults: true, enums: Number }));
const { mindbridge } = load(path.join(here, 'probe.proto'));
const healthApi = load(path.join(protos, 'Health', 'health.proto')).grpc.health.v1;
const reflectionApi = load(path.join(protos, 'Reflection', 'reflection.proto')).grpc.reflection.v1alpha;
const fileType = (await import('protobufjs/ext/descriptor/index.js')).default.FileDescriptorProto;

const clients = new Map();
function client(target, type, gzip) {
  const key = `${target} ${type.serviceName} ${gzip}`;
  if (!clients.has(key)) {
    clients.set(key, new type(target, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1,
      ...(gzip ? { 'grpc.default_compression_algorithm': 2 } : {}),
    }));
  }
  return clients.get(key);
}

const pairs = metadata => Object.keys(metadata.getMap()).flatMap(key =>
  metadata.get(key).map(value => [key, Buffer.isBuffer(value) ? value.toString('base64') : value]));
const plain = n => ({ text: n.text, number: n.number, size: n.payload.length });
const note = n => ({ text: n.text ?? '', number: n.number ?? 0, payload: Buffer.alloc(n.size ?? 0, 'x') });

function call(ask) {
  const probe = client(ask.target, mindbridge.probe.Probe, ask.gzip);
  const metadata = new grpc.Metadata();
  for (const [key, value] of ask.metadata ?? []) metadata.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  const options = ask.timeout ? { deadline: Date.now() + ask.timeout * 1000 } : {};
  const notes = ask.notes.map(note);
  const [received, state] = [[], { headers: [] }];
  return new Promise(resolve => {
    const done = status => resolve({ code: status.code, details: status.details, headers: state.headers, trailers: pairs(status.metadata), notes: received });
    const answered = (error, response) => { if (response) received.push(plain(response)); };
    let running;
    switch (ask.method) {
      case 'Collect':
        running = probe.Collect(metadata, options, answered);
        for (const n of notes) running.write(n);
        running.end();
        break;
      case 'Count':
        running = probe.Count(notes[0], metadata, options);
        break;
      case 'Chat':
        running = probe.Chat(metadata, options);
        running.write(notes.shift());
        break;
      case 'Missing':
        running = probe.makeUnaryRequest('/mindbridge.probe.Probe/Missing', b => b, b => b, Buffer.alloc(0), metadata, options, () => {});
        break;
      default:
        running = probe[ask.method](notes[0], metadata, options, answered);
    }
    running.on('metadata', headers => { state.headers = pairs(headers); });
    running.on('data', message => {
      received.push(plain(message));
      if (ask.method === 'Chat') { if (notes.length) running.write(notes.shift()); else running.end(); }
      if (received.length === ask.cancel_after) running.cancel();
    });
    running.on('error', () => {});
    // A unary call's callback comes with its status: wait a turn for both.
    running.on('status', status => setImmediate(done, status));
    if (ask.cancel_after_seconds) setTimeout(() => running.cancel(), ask.cancel_after_seconds * 1000);
  });
}

const health = ask => new Promise(resolve => client(ask.target, healthApi.Health).Check({ service: ask.service }, (error, answer) =>
  resolve({ code: error?.code ?? 0, status: answer?.status ?? 0 })));

const reflection = ask => new Promise((resolve, reject) => {
  const running = client(ask.target, reflectionApi.ServerReflection).ServerReflectionInfo();
  const answers = [];
  running.on('data', answer => answers.push(answer));
  running.on('error', reject);
  running.on('end', () => resolve({
    services: answers[0].list_services_response.service.map(s => s.name),
    methods: answers[1].file_descriptor_response.file_descriptor_proto.map(f => fileType.decode(f)).flatMap(f => f.service).flatMap(s => s.method).map(m => m.name),
  }));
  running.write({ list_services: '*' });
  running.write({ file_containing_symbol: ask.symbol });
  running.end();
});

const verbs = { call, health, reflection };
for await (const line of readline.createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line);
  const answer = await verbs[ask.do](ask).catch(e => ({ error: String(e) }));
  console.log(JSON.stringify(answer));
}
process.exit(0);
