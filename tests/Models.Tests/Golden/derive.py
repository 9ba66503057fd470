"""Derives architectures.json from the published descriptions of the architectures, independently of the C# code: float64, one head at a time,
rotations as complex numbers. Run: /usr/bin/python3 derive.py > architectures.json
Weights follow a formula (see weight), so that the test can write the same checkpoint without shipping one."""
import cmath, json, math, sys
import torch
torch.set_default_dtype(torch.float64)

def weight(name, shape):
    """value j of a tensor: a fixed wave whose phase depends on the name; norms lie around 1"""
    n = math.prod(shape); phase = sum(map(ord, name)) % 97
    w = torch.tensor([math.sin(1.7 * j + phase) for j in range(n)]).reshape(shape) * 0.3
    return (w + 1 if any(k in name for k in ("norm.weight", "Norm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight")) else w).float().double()

def layer_norm(x, w, b, eps):
    mean = x.mean(-1, keepdim=True); var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * w + b
def rms_norm(x, w, eps): return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * w
def gelu(x): return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
def gelu_new(x): return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
def silu(x): return x / (1 + torch.exp(-x))

def turn(x, pairs, freqs):
    """x [positions, head]: pair k of the head at position p is turned by p * freqs[k]"""
    y = x.clone()
    for p in range(len(x)):
        for (a, b), f in zip(pairs, freqs):
            z = complex(x[p, a], x[p, b]) * cmath.exp(1j * p * f); y[p, a], y[p, b] = z.real, z.imag
    return y

def attend(q, k, v, causal, window=None):
    n = len(q); out = torch.zeros_like(q)
    for i in range(n):
        seen = [j for j in range(n) if not causal or (j <= i and (window is None or i - j < window))]
        s = torch.stack([q[i] @ k[j] for j in seen]) / math.sqrt(q.shape[1]); p = torch.exp(s - s.max()); p = p / p.sum()
        out[i] = sum(p[t] * v[j] for t, j in enumerate(seen))
    return out

def bert(c, ids, T):
    W = lambda n, *s: T(n, s); H, V = c["hidden_size"], c["vocab_size"]; eps = c["layer_norm_eps"]; h = H // c["num_attention_heads"]
    ln = lambda x, n: layer_norm(x, W(n + ".weight", H), W(n + ".bias", H), eps); lin = lambda x, n, i, o: x @ W(n + ".weight", o, i).T + W(n + ".bias", o)
    e = "bert.embeddings."; words = W(e + "word_embeddings.weight", V, H)
    x = words[ids] + W(e + "position_embeddings.weight", c["max_position_embeddings"], H)[:len(ids)] + W(e + "token_type_embeddings.weight", c["type_vocab_size"], H)[0]
    x = ln(x, e + "LayerNorm")
    for l in range(c["num_hidden_layers"]):
        p = f"bert.encoder.layer.{l}."; q, k, v = (lin(x, p + "attention.self." + s, H, H) for s in ("query", "key", "value"))
        a = torch.cat([attend(q[:, i:i + h], k[:, i:i + h], v[:, i:i + h], False) for i in range(0, H, h)], 1)
        x = ln(x + lin(a, p + "attention.output.dense", H, H), p + "attention.output.LayerNorm"); I = c["intermediate_size"]
        x = ln(x + lin(gelu(lin(x, p + "intermediate.dense", H, I)), p + "output.dense", I, H), p + "output.LayerNorm")
    y = ln(gelu(lin(x, "cls.predictions.transform.dense", H, H)), "cls.predictions.transform.LayerNorm")
    return y @ words.T + W("cls.predictions.bias", V)

def distilbert(c, ids, T):
    W = lambda n, *s: T(n, s); H, V = c["dim"], c["vocab_size"]; eps = 1e-12; h = H // c["n_heads"]
    ln = lambda x, n: layer_norm(x, W(n + ".weight", H), W(n + ".bias", H), eps); lin = lambda x, n, i, o: x @ W(n + ".weight", o, i).T + W(n + ".bias", o)
    e = "distilbert.embeddings."; words = W(e + "word_embeddings.weight", V, H)
    x = ln(words[ids] + W(e + "position_embeddings.weight", c["max_position_embeddings"], H)[:len(ids)], e + "LayerNorm")
    for l in range(c["n_layers"]):
        p = f"distilbert.transformer.layer.{l}."; q, k, v = (lin(x, p + "attention." + s, H, H) for s in ("q_lin", "k_lin", "v_lin"))
        a = torch.cat([attend(q[:, i:i + h], k[:, i:i + h], v[:, i:i + h], False) for i in range(0, H, h)], 1)
        x = ln(x + lin(a, p + "attention.out_lin", H, H), p + "sa_layer_norm"); I = c["hidden_dim"]
        x = ln(x + lin(gelu(lin(x, p + "ffn.lin1", H, I)), p + "ffn.lin2", I, H), p + "output_layer_norm")
    y = ln(gelu(lin(x, "vocab_transform", H, H)), "vocab_layer_norm")
    return y @ words.T + W("vocab_projector.bias", V)

def gpt2(c, ids, T):
    W = lambda n, *s: T(n, s); H, V = c["n_embd"], c["vocab_size"]; h = H // c["n_head"]
    ln = lambda x, n: layer_norm(x, W(n + ".weight", H), W(n + ".bias", H), c["layer_norm_epsilon"]); conv = lambda x, n, i, o: x @ W(n + ".weight", i, o) + W(n + ".bias", o)
    words = W("transformer.wte.weight", V, H); x = words[ids] + W("transformer.wpe.weight", c["n_positions"], H)[:len(ids)]
    for l in range(c["n_layer"]):
        p = f"transformer.h.{l}."; q, k, v = conv(ln(x, p + "ln_1"), p + "attn.c_attn", H, 3 * H).split(H, 1)
        a = torch.cat([attend(q[:, i:i + h], k[:, i:i + h], v[:, i:i + h], True) for i in range(0, H, h)], 1)
        x = x + conv(a, p + "attn.c_proj", H, H); x = x + conv(gelu_new(conv(ln(x, p + "ln_2"), p + "mlp.c_fc", H, 4 * H)), p + "mlp.c_proj", 4 * H, H)
    return ln(x, "transformer.ln_f") @ words.T

def gptj(c, ids, T):
    W = lambda n, *s: T(n, s); H, V, r = c["n_embd"], c["vocab_size"], c["rotary_dim"]; h = H // c["n_head"]
    ln = lambda x, n: layer_norm(x, W(n + ".weight", H), W(n + ".bias", H), c["layer_norm_epsilon"])
    pairs = [(2 * i, 2 * i + 1) for i in range(r // 2)]; freqs = [10000 ** (-2 * i / r) for i in range(r // 2)]
    x = W("transformer.wte.weight", V, H)[ids]
    for l in range(c["n_layer"]):
        p = f"transformer.h.{l}."; y = ln(x, p + "ln_1"); q, k, v = (y @ W(p + f"attn.{s}_proj.weight", H, H).T for s in "qkv")
        a = torch.cat([attend(turn(q[:, i:i + h], pairs, freqs), turn(k[:, i:i + h], pairs, freqs), v[:, i:i + h], True) for i in range(0, H, h)], 1)
        m = gelu_new(y @ W(p + "mlp.fc_in.weight", 4 * H, H).T + W(p + "mlp.fc_in.bias", 4 * H)) @ W(p + "mlp.fc_out.weight", H, 4 * H).T + W(p + "mlp.fc_out.bias", H)
        x = x + a @ W(p + "attn.out_proj.weight", H, H).T + m
    return ln(x, "transformer.ln_f") @ W("lm_head.weight", V, H).T + W("lm_head.bias", V)

def llama(c, ids, T):
    W = lambda n, *s: T(n, s); H, V, n, kv, I = c["hidden_size"], c["vocab_size"], c["num_attention_heads"], c["num_key_value_heads"], c["intermediate_size"]
    d = H // n; eps = c["rms_norm_eps"]; freqs = [c["rope_theta"] ** (-2 * i / d) for i in range(d // 2)]; s = c["rope_scaling"]
    if s and s["rope_type"] == "linear": freqs = [f / s["factor"] for f in freqs]
    if s and s["rope_type"] == "llama3":
        out = []
        for f in freqs:
            wave = 2 * math.pi / f; old = s["original_max_position_embeddings"]; lo, hi = s["low_freq_factor"], s["high_freq_factor"]
            if wave < old / hi: out.append(f)
            elif wave > old / lo: out.append(f / s["factor"])
            else: m = (old / wave - lo) / (hi - lo); out.append((1 - m) * f / s["factor"] + m * f)
        freqs = out
    pairs = [(i, i + d // 2) for i in range(d // 2)]; bias = c["model_type"] == "qwen2"
    words = W("model.embed_tokens.weight", V, H); x = words[ids]
    for l in range(c["num_hidden_layers"]):
        p = f"model.layers.{l}."; y = rms_norm(x, W(p + "input_layernorm.weight", H), eps)
        def proj(m, o): z = y @ W(p + f"self_attn.{m}_proj.weight", o, H).T; return z + W(p + f"self_attn.{m}_proj.bias", o) if bias else z
        q, k, v = proj("q", n * d), proj("k", kv * d), proj("v", kv * d); heads = []
        for i in range(n):
            j = i // (n // kv); cut = lambda t, j: t[:, j * d:(j + 1) * d]
            heads.append(attend(turn(cut(q, i), pairs, freqs), turn(cut(k, j), pairs, freqs), cut(v, j), True, c.get("sliding_window")))
        x = x + torch.cat(heads, 1) @ W(p + "self_attn.o_proj.weight", H, n * d).T; y = rms_norm(x, W(p + "post_attention_layernorm.weight", H), eps)
        x = x + (silu(y @ W(p + "mlp.gate_proj.weight", I, H).T) * (y @ W(p + "mlp.up_proj.weight", I, H).T)) @ W(p + "mlp.down_proj.weight", H, I).T
    return rms_norm(x, W("model.norm.weight", H), eps) @ (words if c["tie_word_embeddings"] else W("lm_head.weight", V, H)).T

LLAMA = {"model_type": "llama", "vocab_size": 17, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 24, "max_position_embeddings": 64,
         "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": None, "tie_word_embeddings": False, "eos_token_id": 2, "bos_token_id": 1}
CASES = [
    ("bert", bert, {"model_type": "bert", "vocab_size": 17, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20, "max_position_embeddings": 32, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12}),
    ("distilbert", distilbert, {"model_type": "distilbert", "vocab_size": 17, "dim": 12, "n_layers": 2, "n_heads": 3, "hidden_dim": 20, "max_position_embeddings": 32, "activation": "gelu"}),
    ("gpt2", gpt2, {"model_type": "gpt2", "vocab_size": 17, "n_embd": 12, "n_layer": 2, "n_head": 3, "n_positions": 32, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "eos_token_id": 16}),
    ("gptj", gptj, {"model_type": "gptj", "vocab_size": 17, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32, "rotary_dim": 4, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "tie_word_embeddings": False, "eos_token_id": 16}),
    ("llama", llama, LLAMA),
    ("llama-linear", llama, {**LLAMA, "rope_scaling": {"rope_type": "linear", "factor": 4.0}}),
    ("llama3", llama, {**LLAMA, "hidden_size": 32, "rope_theta": 500.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}),
    ("mistral", llama, {**LLAMA, "model_type": "mistral", "sliding_window": 3}),
    ("qwen2", llama, {**LLAMA, "model_type": "qwen2", "tie_word_embeddings": True}),
]
ids = [3, 14, 1, 5, 9, 2, 6, 5, 3, 16, 8]
out = []
for name, run, config in CASES:
    shapes = {}
    def T(n, s): shapes[n] = list(s); return weight(n, s)
    logits = run(config, ids, T)
    out.append({"name": name, "config": config, "shapes": shapes, "ids": ids, "logits": [[round(v, 7) for v in logits[p].tolist()] for p in (0, 4, len(ids) - 1)], "positions": [0, 4, len(ids) - 1]})
json.dump(out, sys.stdout, indent=None)
