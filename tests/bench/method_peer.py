"""The peer of `mindbridge bench method`: the prototype's efficient loop (its src/bench_speed.py), timed in a process of its own.

Waits for one JSON object a line and answers each with one:
  {"do": "hello"}                                                             -> {}
  {"do": "start", "prototype": DIR, "threads": N}                             -> {}
  {"do": "round", "stage": 1 | 2, "bfloat16": bool, "steps": N, "lm": NAME, "buckets": [..]}  -> {"seconds": per step, "tokens": per step}
"buckets" says which bucket of prefix sentences each draw takes (-1: none), so that both sides read texts of the same length.
"""
import json
import sys

plan = []


def draw(self, count, share):
    bucket = plan.pop(0)
    plan.append(bucket)
    return [("", [])] * count if bucket < 0 else [self.r.choice(self.buckets[bucket]) for _ in range(count)]


def start(request):
    sys.dont_write_bytecode = True  # the prototype's folder may be read-only
    sys.path.insert(0, request["prototype"] + "/src")
    global torch, bench_speed, mindbridge, edits, negatives
    import torch
    torch.set_num_threads(request["threads"])
    import bench_speed
    import mindbridge
    mindbridge.Prefixes.draw = draw
    edits, negatives = mindbridge.jl("edits_1000"), mindbridge.jl("oos_train")
    return {}


def measure(request):
    plan[:] = request["buckets"]
    if request["stage"] == 1:
        seconds, tokens = bench_speed.stage1_epoch(edits, negatives, False, request["bfloat16"], request["steps"])
    else:
        seconds, tokens = bench_speed.stage2_epoch(edits, negatives, False, request["bfloat16"], request["steps"], request["lm"])[0], 0
    return {"seconds": seconds, "tokens": tokens}


for line in sys.stdin:
    request = json.loads(line)
    answer = {"hello": lambda _: {}, "start": start, "round": measure}[request["do"]](request)
    print(json.dumps(answer), flush=True)
