// The official client, unmodified: one JSON request a line on stdin, one JSON answer a line on stdout.
import { createInterface } from 'node:readline';
import OpenAI from 'openai';

const clientOf = ask => new OpenAI({ baseURL: ask.url + '/v1', apiKey: ask.key, maxRetries: 0, timeout: 60_000 });

const verbs = {
  async models(ask) {
    const names = [];
    for await (const model of clientOf(ask).models.list()) names.push(model.id);
    return { names };
  },
  async model(ask) {
    return await clientOf(ask).models.retrieve(ask.model);
  },
  async complete(ask) {
    return await clientOf(ask).completions.create(ask.body);
  },
  async chat(ask) {
    return await clientOf(ask).chat.completions.create(ask.body);
  },
  async completeStreaming(ask) {
    const texts = {}, parts = [];
    let usage = null;
    for await (const part of await clientOf(ask).completions.create({ ...ask.body, stream: true })) {
      for (const choice of part.choices) {
        texts[choice.index] = (texts[choice.index] ?? '') + choice.text;
        parts.push(choice.finish_reason);
      }
      usage = part.usage ?? usage;
    }
    return { texts, parts, usage };
  },
  async chatStreaming(ask) {
    const parts = [];
    let text = '', usage = null, role = null;
    for await (const part of await clientOf(ask).chat.completions.create({ ...ask.body, stream: true })) {
      for (const choice of part.choices) {
        role = choice.delta.role ?? role;
        text += choice.delta.content ?? '';
        parts.push(choice.finish_reason);
      }
      usage = part.usage ?? usage;
    }
    return { text, parts, usage, role };
  },
  // Leaves after some parts, as a user does who has read enough.
  async leave(ask) {
    const stream = await clientOf(ask).completions.create({ ...ask.body, stream: true });
    let parts = 0;
    for await (const part of stream) {
      if (++parts === ask.after) break;
    }
    stream.controller.abort();
    return { parts };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line);
  let answer;
  try {
    answer = await verbs[ask.do](ask);
  } catch (e) {
    answer = { failed: { name: e.constructor.name, status: e.status ?? null, code: e.code ?? null, type: e.type ?? null, param: e.param ?? null, message: e.message } };
  }
  console.log(JSON.stringify(answer));
}
