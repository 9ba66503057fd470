"""A stand-in for vLLM's completions API: reads the embeddings as vLLM does, and does what its next answer is told to.

POST /next      how the next completions are answered: {"pieces": [...], "chances": [[[id, log probability, {id: log probability}], ...], ...], "end": "stop", "fail": "..."}
GET  /seen      the completions received, decoded
POST /v1/completions
"""
import base64
import io
import json
import pickle
import struct
import sys
import threading
import time
import zipfile
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

try:
    import torch
except ImportError:
    torch = None


class Unpickler(pickle.Unpickler):
    """Admits what torch.load admits with weights_only, of what a tensor needs."""

    def __init__(self, archive, folder):
        super().__init__(io.BytesIO(archive.read(folder + "/data.pkl")))
        self.archive, self.folder = archive, folder

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch", "FloatStorage"):
            return "FloatStorage"
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild
        raise pickle.UnpicklingError(f"{module}.{name} is not admitted")

    def persistent_load(self, saved):
        kind, storage, key, location, count = saved
        assert (kind, storage, location) == ("storage", "FloatStorage", "cpu"), saved
        data = self.archive.read(f"{self.folder}/data/{key}")
        assert len(data) == 4 * count, (len(data), count)
        return struct.unpack(f"<{count}f", data)


def rebuild(storage, offset, size, stride, requires_grad, hooks):
    assert offset == 0 and requires_grad is False and hooks == OrderedDict()
    assert stride == (size[1], 1) and len(storage) == size[0] * size[1]
    return {"shape": list(size), "values": list(storage)}


def read(text):
    data = base64.b64decode(text, validate=True)
    if torch is not None:
        tensor = torch.load(io.BytesIO(data), weights_only=True, map_location=torch.device("cpu"))
        assert tensor.dtype == torch.float32 and tensor.is_contiguous()
        return {"shape": list(tensor.shape), "values": tensor.flatten().tolist(), "reader": "torch"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
        folder = archive.namelist()[0].split("/")[0]
        assert archive.read(folder + "/version").strip() == b"3"
        assert archive.read(folder + "/byteorder") == b"little"
        return dict(Unpickler(archive, folder).load(), reader="pickle")


def chances(body, told, piece):
    """The tokens of a piece as vLLM tells them: by id where that is asked for, the token itself among the likeliest in any case."""
    if body.get("logprobs") is None:
        return None
    assert body["return_tokens_as_token_ids"] is True
    rows = told["chances"][piece]
    name = "token_id:{}".format
    best = [{name(i): p for i, p in sorted(row[2].items(), key=lambda b: -b[1])[: body["logprobs"]]} | {name(row[0]): row[1]} for row in rows]
    return {"tokens": [name(row[0]) for row in rows], "token_logprobs": [row[1] for row in rows], "top_logprobs": best, "text_offset": [0] * len(rows)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen, told, gone = [], {}, threading.Event()

    def do_GET(self):
        if self.path == "/seen":
            self.answer(200, {"seen": Handler.seen, "gone": Handler.gone.wait(0)})
        else:
            self.answer(404, {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/next":
            Handler.told, Handler.seen = body, []
            Handler.gone.clear()
            self.answer(200, {})
        elif self.path == "/v1/completions":
            self.complete(body)
        else:
            Handler.seen.append({"elsewhere": self.path})
            self.answer(404, {})

    def complete(self, body):
        told = Handler.told
        embeddings = read(body.pop("prompt_embeds"))
        Handler.seen.append({"body": body, "embeddings": embeddings, "authorization": self.headers.get("Authorization")})
        fail = told.get("fail")
        if fail in ("400", "401", "500"):
            self.answer(int(fail), {"error": {"message": "it is " + str(self.headers.get("Authorization")), "code": int(fail)}})
            return
        if fail == "redirect":
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if fail == "hang up":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for number, piece in enumerate(told["pieces"], 1):
                self.event({"choices": [{"index": 0, "text": piece, "logprobs": chances(body, told, number - 1), "finish_reason": None}], "usage": {"completion_tokens": 2 * number}})
            if fail == "silent":
                time.sleep(10)
                return
            if fail == "broken":
                return
            if fail == "error":
                self.event({"error": {"message": "out of memory", "code": 500}})
                return
            if fail == "nonsense":
                self.event({"choices": [{"text": 7}]})
                return
            while told.get("endless"):
                self.event({"choices": [{"index": 0, "text": " more", "finish_reason": None}]})
                time.sleep(0.02)
            self.event({"choices": [{"index": 0, "text": "", "finish_reason": told.get("end", "stop")}], "usage": {"completion_tokens": 2 * len(told["pieces"])}})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            Handler.gone.set()

    def event(self, data):
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        self.wfile.flush()

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
