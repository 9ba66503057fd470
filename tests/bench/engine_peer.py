"""The engine's peer: the same models in plain PyTorch, on Debian's python3-torch. One JSON request a line on stdin, one JSON answer on stdout.
train: forward, backward and AdamW of a BERT- or GPT-2-shaped model; decode: greedy with keys and values kept in preallocated buffers."""
import json, math, sys, time
import torch, torch.nn as nn, torch.nn.functional as F

def heads(x, n): b, t, d = x.shape; return x.view(b, t, n, d // n).transpose(1, 2)
def join(x): b, h, t, d = x.shape; return x.transpose(1, 2).reshape(b, t, h * d)

class BertBlock(nn.Module):
    def __init__(s, c):
        super().__init__(); H, I = c["hidden_size"], c["intermediate_size"]; s.n = c["num_attention_heads"]
        s.q, s.k, s.v, s.o = (nn.Linear(H, H) for _ in range(4)); s.n1, s.n2 = nn.LayerNorm(H, eps=1e-12), nn.LayerNorm(H, eps=1e-12); s.up, s.down = nn.Linear(H, I), nn.Linear(I, H)
    def forward(s, x):
        q, k, v = heads(s.q(x), s.n), heads(s.k(x), s.n), heads(s.v(x), s.n)
        a = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v
        x = s.n1(x + s.o(join(a))); return s.n2(x + s.down(F.gelu(s.up(x))))

class Bert(nn.Module):
    def __init__(s, c):
        super().__init__(); H, V = c["hidden_size"], c["vocab_size"]
        s.words, s.positions, s.segments = nn.Embedding(V, H), nn.Embedding(c["max_position_embeddings"], H), nn.Embedding(2, H); s.norm = nn.LayerNorm(H, eps=1e-12)
        s.blocks = nn.ModuleList(BertBlock(c) for _ in range(c["num_hidden_layers"])); s.dense, s.head_norm, s.bias = nn.Linear(H, H), nn.LayerNorm(H, eps=1e-12), nn.Parameter(torch.zeros(V))
    def loss(s, ids):
        x = s.norm(s.words(ids) + s.positions.weight[:ids.shape[1]] + s.segments.weight[0])
        for b in s.blocks: x = b(x)
        at = torch.arange(0, ids.numel(), 6); h = x.reshape(-1, x.shape[-1])[at]
        return F.cross_entropy(F.linear(s.head_norm(F.gelu(s.dense(h))), s.words.weight, s.bias), ids.reshape(-1)[at])

class Gpt2Block(nn.Module):
    def __init__(s, c):
        super().__init__(); H = c["n_embd"]; s.n = c["n_head"]; s.n1, s.n2 = nn.LayerNorm(H, eps=1e-5), nn.LayerNorm(H, eps=1e-5)
        s.qkv, s.o, s.up, s.down = nn.Linear(H, 3 * H), nn.Linear(H, H), nn.Linear(H, 4 * H), nn.Linear(4 * H, H)
    def forward(s, x, mask, cache=None, at=0):
        q, k, v = (heads(y, s.n) for y in s.qkv(s.n1(x)).chunk(3, -1))
        if cache is not None:
            e = at + x.shape[1]; cache[0][:, :, at:e] = k; cache[1][:, :, at:e] = v; k, v = cache[0][:, :, :e], cache[1][:, :, :e]
        w = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5)
        if mask is not None: w = w + mask
        x = x + s.o(join(torch.softmax(w, -1) @ v)); return x + s.down(F.gelu(s.up(s.n2(x)), approximate="tanh"))

class Gpt2(nn.Module):
    def __init__(s, c):
        super().__init__(); H = c["n_embd"]; s.words, s.positions = nn.Embedding(c["vocab_size"], H), nn.Embedding(c["n_positions"], H)
        s.blocks = nn.ModuleList(Gpt2Block(c) for _ in range(c["n_layer"])); s.norm = nn.LayerNorm(H, eps=1e-5)
    def hidden(s, ids, caches=None, at=0):
        t = ids.shape[1]; x = s.words(ids) + s.positions.weight[at:at + t]; mask = torch.full((t, t), -1e9).triu(1) if t > 1 else None
        for i, b in enumerate(s.blocks): x = b(x, mask, caches and caches[i], at)
        return s.norm(x)
    def logits(s, h): return F.linear(h, s.words.weight)
    def caches(s, b, n): return [torch.zeros(2, b, k.n, n, s.words.weight.shape[1] // k.n) for k in s.blocks]
    def loss(s, ids): return F.cross_entropy(s.logits(s.hidden(ids)[:, :-1].reshape(-1, s.words.weight.shape[1])), ids[:, 1:].reshape(-1))

class RMSNorm(nn.Module):
    def __init__(s, d, eps): super().__init__(); s.weight = nn.Parameter(torch.ones(d)); s.eps = eps
    def forward(s, x): return s.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + s.eps))

class LlamaBlock(nn.Module):
    def __init__(s, c):
        super().__init__(); H, I, s.n, s.kv = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"], c["num_key_value_heads"]; d = s.d = H // s.n; lin = lambda i, o: nn.Linear(i, o, bias=False)
        s.q, s.k, s.v, s.o, s.gate, s.up, s.down = lin(H, H), lin(H, s.kv * d), lin(H, s.kv * d), lin(H, H), lin(H, I), lin(H, I), lin(I, H); s.n1, s.n2 = RMSNorm(H, c["rms_norm_eps"]), RMSNorm(H, c["rms_norm_eps"])
    def forward(s, x, cos, sin, mask, cache, at):
        def turn(y): h = s.d // 2; return y * cos + torch.cat((-y[..., h:], y[..., :h]), -1) * sin
        y = s.n1(x); q, k, v = turn(heads(s.q(y), s.n)), turn(heads(s.k(y), s.kv)), heads(s.v(y), s.kv)
        e = at + x.shape[1]; cache[0][:, :, at:e] = k; cache[1][:, :, at:e] = v; k, v = cache[0][:, :, :e], cache[1][:, :, :e]
        if s.n != s.kv: k, v = k.repeat_interleave(s.n // s.kv, 1), v.repeat_interleave(s.n // s.kv, 1)
        w = q @ k.transpose(-1, -2) * (s.d ** -0.5)
        if mask is not None: w = w + mask
        x = x + s.o(join(torch.softmax(w, -1) @ v)); y = s.n2(x); return x + s.down(F.silu(s.gate(y)) * s.up(y))

class Llama(nn.Module):
    def __init__(s, c):
        super().__init__(); H = c["hidden_size"]; s.words = nn.Embedding(c["vocab_size"], H); s.blocks = nn.ModuleList(LlamaBlock(c) for _ in range(c["num_hidden_layers"]))
        s.norm, s.head = RMSNorm(H, c["rms_norm_eps"]), nn.Linear(H, c["vocab_size"], bias=False); d = H // c["num_attention_heads"]
        f = torch.arange(c["max_position_embeddings"])[:, None] / (c["rope_theta"] ** (torch.arange(0, d, 2).float() / d)); f = torch.cat((f, f), -1); s.cos, s.sin = f.cos(), f.sin()
    def hidden(s, ids, caches, at):
        t = ids.shape[1]; x = s.words(ids); mask = torch.full((t, t), -1e9).triu(1) if t > 1 else None; cos, sin = s.cos[at:at + t], s.sin[at:at + t]
        for i, b in enumerate(s.blocks): x = b(x, cos, sin, mask, caches[i], at)
        return s.norm(x)
    def logits(s, h): return s.head(h)
    def caches(s, b, n): return [torch.zeros(2, b, k.kv, n, k.d) for k in s.blocks]

KINDS = {"bert": Bert, "gpt2": Gpt2, "llama": Llama}
def small(m):
    for p in m.parameters():
        if p.dim() == 2: nn.init.normal_(p, 0, 0.02)
    return m

def training(r):
    m = small(KINDS[r["config"]["model_type"]](r["config"])); m.train(); opt = torch.optim.AdamW(m.parameters(), lr=1e-4)
    ids = (torch.arange(r["rows"] * r["length"]) * 7919 + 1).remainder(r["config"]["vocab_size"]).view(r["rows"], r["length"])
    def run(steps):
        for _ in range(steps): loss = m.loss(ids); opt.zero_grad(set_to_none=True); loss.backward(); opt.step()
    return run

def decoding(r):
    m = small(KINDS[r["config"]["model_type"]](r["config"])); m.eval(); b, n, new, v = r["rows"], r["prompt"], r["tokens"], r["config"]["vocab_size"]
    prompt = torch.tensor([[(i * 131 + j * 7919 + 1) % v for j in range(n)] for i in range(b)])
    def run(steps):
        with torch.inference_mode():
            for _ in range(steps):
                caches = m.caches(b, n + new); out = [[] for _ in range(b)]; h = m.hidden(prompt, caches, 0)[:, -1]
                for t in range(new):
                    nxt = m.logits(h).argmax(-1)
                    for row, token in zip(out, nxt.tolist()): row.append(token)
                    if t + 1 < new: h = m.hidden(nxt[:, None], caches, n + t)[:, -1]
    return run

run = None
for line in sys.stdin:
    r = json.loads(line)
    if r["do"] in ("train", "decode"): run = None; torch.set_num_threads(r["threads"]); torch.manual_seed(0); run = (training if r["do"] == "train" else decoding)(r); print(json.dumps({"ready": True}))
    elif r["do"] == "round":
        clock = time.process_time if r.get("clock") == "cpu" else time.perf_counter
        t = clock(); run(r["steps"]); print(json.dumps({"seconds": clock() - t}))
    else: print(json.dumps({"torch": torch.__version__}))
