"""grpcio as a server of probe.proto: prints its port, serves until stdin ends. A line "cancelled TEXT" tells of a Wait that was given up."""
import sys
import threading
from concurrent import futures

import grpc

from messages import Note


def told(context):
    """Sends metadata back as the requests ask: echo-* as headers, trail-* as trailers."""
    sent = context.invocation_metadata()
    context.send_initial_metadata([(m.key, m.value) for m in sent if m.key.startswith("echo-")])
    context.set_trailing_metadata([(m.key, m.value) for m in sent if m.key.startswith("trail-")])
    if any(m.key == "echo-gzip" for m in sent):
        context.set_compression(grpc.Compression.Gzip)


def echo(request, context):
    told(context)
    return request


def collect(requests, context):
    texts = [n.text for n in requests]
    return Note(text="".join(texts), number=len(texts))


def count(request, context):
    for i in range(request.number):
        if not context.is_active():
            return
        yield Note(number=i, payload=request.payload)


def chat(requests, context):
    yield from requests


def fail(request, context):
    context.set_trailing_metadata([("grpc-status-details-bin", request.payload)])
    code = next(c for c in grpc.StatusCode if c.value[0] == request.number)
    context.abort(code, request.text)


def wait(request, context):
    gone = threading.Event()
    context.add_callback(gone.set)
    gone.wait(30)
    print("cancelled", request.text, flush=True)
    return request


def main():
    shapes = {"Echo": (grpc.unary_unary_rpc_method_handler, echo), "Fail": (grpc.unary_unary_rpc_method_handler, fail),
              "Wait": (grpc.unary_unary_rpc_method_handler, wait), "Collect": (grpc.stream_unary_rpc_method_handler, collect),
              "Count": (grpc.unary_stream_rpc_method_handler, count), "Chat": (grpc.stream_stream_rpc_method_handler, chat)}
    server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
    handlers = {name: shape(f, Note.FromString, lambda m: m.SerializeToString()) for name, (shape, f) in shapes.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("mindbridge.probe.Probe", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


main()
