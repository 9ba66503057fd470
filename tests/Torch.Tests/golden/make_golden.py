"""Writes golden.json: operators of python3-torch on fixed operands, and trajectories of its optimizers.

Run by hand: python3 make_golden.py > golden.json
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(7)
a, b = torch.randn(3, 4), torch.randn(3, 4)
positive = torch.rand(3, 4) + 0.1
batch = torch.randn(2, 3, 5)
other = torch.randn(2, 5, 4)
ids = torch.tensor([[2, 0, 1], [1, 1, 2]])
labels = torch.tensor([1, 3, -100])
mask = torch.tensor([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
square = torch.randn(4, 4)
spd = square @ square.T + 4 * torch.eye(4)
weight, bias = torch.randn(6, 4), torch.randn(6)
q, k, v = torch.randn(2, 2, 3, 4), torch.randn(2, 2, 3, 4), torch.randn(2, 2, 3, 4)
gamma, beta = torch.randn(4), torch.randn(4)


def attention(q, k, v, allowed=None):
    s = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if allowed is not None:
        s = s.masked_fill(~allowed, float("-inf"))
    return s.softmax(-1) @ v


operands = dict(a=a, b=b, positive=positive, batch=batch, other=other, ids=ids, labels=labels, mask=mask, square=square, spd=spd,
                weight=weight, bias=bias, q=q, k=k, v=v, gamma=gamma, beta=beta)
results = dict(
    add=a + b, sub_alpha=torch.sub(a, b, alpha=2), mul=a * b, div=a / positive, floor_divide=torch.div(a, positive, rounding_mode="floor"), pow=positive ** 1.5, two_pow=2 ** a,
    rsub=1 - a, rdiv=1 / positive, remainder=a % 0.7, neg=-a, exp=a.exp(), log=positive.log(), sqrt=positive.sqrt(), rsqrt=positive.rsqrt(), sin=a.sin(), cos=a.cos(), tanh=a.tanh(),
    sigmoid=a.sigmoid(), erf=a.erf(), abs=a.abs(), round=a.round(), floor=a.floor(), clamp=a.clamp(-0.5, 0.5), maximum=torch.maximum(a, b), where=torch.where(mask, a, b), gelu=F.gelu(a), silu=F.silu(a), relu=F.relu(a),
    sum=a.sum(), sum_dim=a.sum(1, keepdim=True), mean=a.mean([0]), var=a.var(1), var_biased=a.var(1, unbiased=False), std=a.std(), prod=a.prod(0), norm=a.norm(), norm_dim=a.norm(dim=1), amax=a.amax([1]), logsumexp=a.logsumexp(1),
    cumsum=a.cumsum(1), softmax=a.softmax(-1), log_softmax=a.log_softmax(-1), max_values=a.max(1).values, max_indexes=a.max(1).indices, argmax=a.argmax(1), topk=a.topk(2, 1).values, topk_indexes=a.topk(2, 1).indices,
    sort=a.sort(1, descending=True).values, argsort=a.argsort(1), kthvalue=a.kthvalue(2, 1).values, median=a.median(), nonzero=mask.nonzero(), all=mask.all(1), any=mask.any(0), count=mask.sum(),
    matmul=batch @ other, bmm=torch.bmm(batch, other), addmm=torch.addmm(bias, a, weight.T, beta=0.5, alpha=2), baddbmm=torch.baddbmm(torch.zeros(2, 3, 4), batch, other, beta=0, alpha=0.5), einsum=torch.einsum("bij,bjk->bki", batch, other),
    outer=torch.outer(gamma, bias), cdist=torch.cdist(a, b), inv=torch.linalg.inv(spd), cholesky=torch.linalg.cholesky(spd), svdvals=torch.linalg.svd(square).S, eigenvalues=torch.linalg.eigh(spd).eigenvalues, pinv=torch.linalg.pinv(a), det=torch.linalg.det(spd),
    solve=torch.linalg.solve(spd, gamma), transpose=batch.transpose(1, 2), permute=batch.permute(2, 0, 1), flip=a.flip(1), roll=a.roll(1, 1), tril=square.tril(), triu=square.triu(1), repeat=gamma.repeat(2, 2), interleave=gamma.repeat_interleave(2), unfold=bias.unfold(0, 3, 2),
    narrow=a.narrow(1, 1, 2), cat=torch.cat([a, b], 1), stack=torch.stack([a, b]), gather=a.gather(1, ids), scatter=torch.zeros(3, 4).scatter(1, ids, torch.ones(2, 3)), scatter_add=torch.zeros(3, 4).scatter_add(1, ids, a[:2, :3]),
    index_select=a.index_select(1, torch.tensor([2, 0])), index_add=a.index_add(0, torch.tensor([0, 2]), b[:2]), index_copy=a.index_copy(0, torch.tensor([0, 2]), b[:2]), masked_fill=a.masked_fill(mask, -1), masked_select=a.masked_select(mask),
    linear=F.linear(a, weight, bias), embedding=F.embedding(ids, weight), layer_norm=F.layer_norm(a, (4,), gamma, beta, 1e-12), cross_entropy=F.cross_entropy(a, labels), cross_entropy_none=F.cross_entropy(a, labels, reduction="none"),
    cross_entropy_smooth=F.cross_entropy(a, labels, label_smoothing=0.1), nll=F.nll_loss(a.log_softmax(-1), labels), kl=F.kl_div(a.log_softmax(-1), b.log_softmax(-1), log_target=True, reduction="sum"), kl_mean=F.kl_div(a.log_softmax(-1), b.softmax(-1)), mse=F.mse_loss(a, b), bce=F.binary_cross_entropy_with_logits(a, mask.float()),
    normalize=F.normalize(a), pad=F.pad(a, (1, 2), value=9.0), one_hot=F.one_hot(ids, 4), cosine=F.cosine_similarity(a, b), attention=attention(q, k, v), attention_causal=attention(q, k, v, torch.ones(3, 3).tril().bool()),
    bf16=a.bfloat16().float(), half=a.half().float(), to_int=(a * 10).to(torch.int64), tril_indices=torch.tril_indices(3, 3), linspace=torch.linspace(0, 1, 5), arange=torch.arange(1, 10, 3), eye=torch.eye(3),
)

torch.manual_seed(1234)
draws = dict(rand=torch.rand(4), randn=torch.randn(4), randint=torch.randint(0, 100, (5,)), randperm=torch.randperm(6), multinomial=torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 5, replacement=True), dropout=F.dropout(torch.ones(8), 0.5, True))


def trajectory(make):
    w = torch.linspace(-1, 1, 6, dtype=torch.float64).reshape(2, 3).clone().requires_grad_()
    c = torch.linspace(0.5, 1.5, 3, dtype=torch.float64).clone().requires_grad_()
    x = torch.linspace(-0.7, 2.3, 8, dtype=torch.float64).reshape(4, 2)
    optimizer = make([w, c])
    seen = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = ((x @ w * c).tanh() - 0.3).pow(2).mean()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    return dict(losses=seen, w=w.detach().flatten().tolist(), c=c.detach().tolist())


optimizers = dict(
    adamw=trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.1)),
    adamw_amsgrad=trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1, amsgrad=True)),
    adam=trajectory(lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.1)),
    sgd=trajectory(lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9, weight_decay=0.01, nesterov=True)),
    adamw_groups=trajectory(lambda p: torch.optim.AdamW([dict(params=p[:1], lr=0.1, weight_decay=0.2), dict(params=p[1:], lr=0.01, weight_decay=0.0)])),
)


def schedule(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler = make(optimizer)
    rates = []
    for _ in range(12):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


S = torch.optim.lr_scheduler
schedules = dict(step=schedule(lambda o: S.StepLR(o, 3, 0.5)), cosine=schedule(lambda o: S.CosineAnnealingLR(o, 5, 0.1)), linear=schedule(lambda o: S.LinearLR(o, 0.25, 1.0, 4)), lambda_=schedule(lambda o: S.LambdaLR(o, lambda n: 1 / (n + 1))), exponential=schedule(lambda o: S.ExponentialLR(o, 0.9)))


def plain(tensor):
    kind = "float" if tensor.is_floating_point() else "bool" if tensor.dtype == torch.bool else "long"
    return dict(kind=kind, shape=list(tensor.shape), values=tensor.flatten().tolist())


print(json.dumps(dict(operands={n: plain(t) for n, t in operands.items()}, results={n: plain(t) for n, t in results.items()}, draws={n: plain(t) for n, t in draws.items()}, optimizers=optimizers, schedules=schedules), indent=None, separators=(",", ":")))
