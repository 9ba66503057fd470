"""grpcio as a client: one JSON request a line on stdin, one JSON answer a line on stdout."""
import base64
import json
import sys
import threading
import time

import grpc
from google.protobuf import descriptor_pb2

from messages import HealthRequest, HealthResponse, Note, ReflectionRequest, ReflectionResponse

KINDS = {"Echo": "unary_unary", "Fail": "unary_unary", "Throw": "unary_unary", "Wait": "unary_unary", "Missing": "unary_unary",
         "Collect": "stream_unary", "Count": "unary_stream", "Chat": "stream_stream"}


def method(channel, path, kind, response=Note):
    return getattr(channel, kind)(path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=response.FromString)


def pairs(metadata):
    return [[key, base64.b64encode(value).decode() if isinstance(value, bytes) else value] for key, value in metadata or ()]


def note(n):
    return Note(text=n.get("text", ""), number=n.get("number", 0), payload=b"x" * n.get("size", 0))


def plain(n):
    return {"text": n.text, "number": n.number, "size": len(n.payload)}


def call(channel, ask):
    name = ask["method"]
    kind = KINDS[name]
    metadata = [(k, base64.b64decode(v) if k.endswith("-bin") else v) for k, v in ask.get("metadata", [])]
    options = {"metadata": metadata, "timeout": ask.get("timeout")}
    if ask.get("gzip"):
        options["compression"] = grpc.Compression.Gzip
    stub = method(channel, "/mindbridge.probe.Probe/" + name, kind)
    notes = [note(n) for n in ask["notes"]]
    received, headers = [], []
    answered = threading.Semaphore(0)

    def lockstep():
        for i, n in enumerate(notes):
            if i and not answered.acquire(timeout=30):
                return
            yield n

    if kind == "unary_unary":
        running = stub.future(notes[0], **options)
    elif kind == "stream_unary":
        running = stub.future(iter(notes), **options)
    elif kind == "unary_stream":
        running = stub(notes[0], **options)
    else:
        running = stub(lockstep(), **options)
    if "cancel_after_seconds" in ask:
        time.sleep(ask["cancel_after_seconds"])
        running.cancel()
    try:
        if kind.endswith("unary"):
            received.append(plain(running.result()))
        else:
            for message in running:
                received.append(plain(message))
                answered.release()
                if len(received) == ask.get("cancel_after"):
                    running.cancel()
        headers = pairs(running.initial_metadata())
    except grpc.FutureCancelledError:
        pass
    except grpc.RpcError:
        pass
    return {"code": running.code().value[0], "details": running.details() or "", "headers": headers,
            "trailers": pairs(running.trailing_metadata()), "notes": received}


def health(channel, ask):
    try:
        answer = method(channel, "/grpc.health.v1.Health/Check", "unary_unary", HealthResponse)(HealthRequest(service=ask["service"]), timeout=30)
        return {"code": 0, "status": answer.status}
    except grpc.RpcError as e:
        return {"code": e.code().value[0], "status": 0}


def reflection(channel, ask):
    stub = method(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "stream_stream", ReflectionResponse)
    answers = list(stub(iter([ReflectionRequest(list_services="*"), ReflectionRequest(file_containing_symbol=ask["symbol"])]), timeout=30))
    files = [descriptor_pb2.FileDescriptorProto.FromString(f) for f in answers[1].file_descriptor_response.file_descriptor_proto]
    return {"services": [s.name for s in answers[0].list_services_response.service],
            "methods": [m.name for f in files for s in f.service for m in s.method]}


def main():
    verbs = {"call": call, "health": health, "reflection": reflection}
    channels = {}
    for line in sys.stdin:
        ask = json.loads(line)
        target = ask["target"]
        if target not in channels:
            channels[target] = grpc.insecure_channel(target, options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
        try:
            answer = verbs[ask["do"]](channels[target], ask)
        except Exception as e:  # told, not lost: the test shows it
            answer = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), flush=True)


main()
