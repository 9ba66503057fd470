"""The peer of `mindbridge bench grpc`: grpcio's client here, grpcio's server in a process of its own. Messages are plain bytes: no time goes to protobuf."""
import json
import subprocess
import sys
import time
from concurrent import futures

import grpc


def serve():
    def download(request, context):
        for _ in range(int.from_bytes(request[:4], "big")):
            yield request

    def upload(requests, context):
        return sum(1 for _ in requests).to_bytes(4, "big")

    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(lambda request, context: request),
                "Download": grpc.unary_stream_rpc_method_handler(download), "Upload": grpc.stream_unary_rpc_method_handler(upload)}
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("mindbridge.bench.Bench", handlers),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(0)


def echo(channel, ask, message):
    call = channel.unary_unary("/mindbridge.bench.Bench/Echo")
    if ask["inflight"] == 1:
        for _ in range(ask["steps"]):
            call(message)
        return
    waiting = [call.future(message) for _ in range(ask["inflight"])]
    for i in range(ask["steps"] - ask["inflight"]):
        waiting[i % len(waiting)].result()
        waiting[i % len(waiting)] = call.future(message)
    for last in waiting:
        last.result()


def download(channel, ask, message):
    assert sum(1 for _ in channel.unary_stream("/mindbridge.bench.Bench/Download")(message)) == ask["steps"]


def upload(channel, ask, message):
    answer = channel.stream_unary("/mindbridge.bench.Bench/Upload")(message for _ in range(ask["steps"]))
    assert int.from_bytes(answer, "big") == ask["steps"]


def main():
    server = subprocess.Popen([sys.executable, "-u", __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    channel = grpc.insecure_channel("127.0.0.1:" + server.stdout.readline().strip())
    verbs = {"echo": echo, "download": download, "upload": upload}
    for line in sys.stdin:
        ask = json.loads(line)
        if ask["do"] == "hello":
            print("{}", flush=True)
            continue
        message = ask["steps"].to_bytes(4, "big").ljust(ask["payload"], b"x")
        begun = time.perf_counter()
        verbs[ask["do"]](channel, ask, message)
        print(json.dumps({"seconds": time.perf_counter() - begun}), flush=True)
    server.stdin.close()
    server.wait(5)


serve() if sys.argv[1:] == ["serve"] else main()
