using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MindBridge.Torch.Tests;

public class Operators_against_python
{
    private static readonly Dictionary<string, Func<Func<string, Tensor>, Tensor>> Ours = new()
    {
        ["add"] = o => o("a") + o("b"),
        ["sub_alpha"] = o => o("a").sub(o("b"), 2),
        ["mul"] = o => o("a") * o("b"),
        ["div"] = o => o("a") / o("positive"),
        ["floor_divide"] = o => torch.div(o("a"), o("positive"), RoundingMode.floor),
        ["pow"] = o => o("positive").pow(1.5),
        ["two_pow"] = o => torch.pow(2, o("a")),
        ["rsub"] = o => 1 - o("a"),
        ["rdiv"] = o => 1 / o("positive"),
        ["remainder"] = o => o("a") % 0.7,
        ["neg"] = o => -o("a"),
        ["exp"] = o => o("a").exp(),
        ["log"] = o => torch.log(o("positive")),
        ["sqrt"] = o => o("positive").sqrt(),
        ["rsqrt"] = o => torch.rsqrt(o("positive")),
        ["sin"] = o => torch.sin(o("a")),
        ["cos"] = o => torch.cos(o("a")),
        ["tanh"] = o => torch.tanh(o("a")),
        ["sigmoid"] = o => o("a").sigmoid(),
        ["erf"] = o => o("a").erf(),
        ["abs"] = o => o("a").abs(),
        ["round"] = o => o("a").round(),
        ["floor"] = o => o("a").floor(),
        ["clamp"] = o => o("a").clamp(-0.5, 0.5),
        ["maximum"] = o => torch.maximum(o("a"), o("b")),
        ["where"] = o => torch.where(o("mask"), o("a"), o("b")),
        ["gelu"] = o => F.gelu(o("a")),
        ["silu"] = o => F.silu(o("a")),
        ["relu"] = o => F.relu(o("a")),
        ["sum"] = o => o("a").sum(),
        ["sum_dim"] = o => o("a").sum(1, keepdim: true),
        ["mean"] = o => o("a").mean([0]),
        ["var"] = o => o("a").var(1),
        ["var_biased"] = o => o("a").var(1, unbiased: false),
        ["std"] = o => o("a").std(),
        ["prod"] = o => o("a").prod(0L),
        ["norm"] = o => o("a").norm(),
        ["norm_dim"] = o => o("a").norm(1),
        ["amax"] = o => o("a").amax(1),
        ["logsumexp"] = o => o("a").logsumexp(1),
        ["cumsum"] = o => o("a").cumsum(1),
        ["softmax"] = o => o("a").softmax(-1),
        ["log_softmax"] = o => F.log_softmax(o("a"), -1),
        ["max_values"] = o => o("a").max(1).values,
        ["max_indexes"] = o => o("a").max(1).indexes,
        ["argmax"] = o => o("a").argmax(1),
        ["topk"] = o => o("a").topk(2, 1).values,
        ["topk_indexes"] = o => torch.topk(o("a"), 2, 1).indexes,
        ["sort"] = o => o("a").sort(1, descending: true).Values,
        ["argsort"] = o => o("a").argsort(1),
        ["kthvalue"] = o => o("a").kthvalue(2, 1).values,
        ["median"] = o => o("a").median(),
        ["nonzero"] = o => o("mask").nonzero(),
        ["all"] = o => o("mask").all(1),
        ["any"] = o => o("mask").any(0),
        ["count"] = o => o("mask").sum(),
        ["matmul"] = o => torch.matmul(o("batch"), o("other")),
        ["bmm"] = o => o("batch").bmm(o("other")),
        ["addmm"] = o => torch.addmm(o("bias"), o("a"), o("weight").t(), 0.5f, 2),
        ["baddbmm"] = o => torch.zeros(2, 3, 4).baddbmm(o("batch"), o("other"), 0, 0.5f),
        ["einsum"] = o => torch.einsum("bij,bjk->bki", o("batch"), o("other")),
        ["outer"] = o => torch.outer(o("gamma"), o("bias")),
        ["cdist"] = o => torch.cdist(o("a"), o("b")),
        ["inv"] = o => linalg.inv(o("spd")),
        ["cholesky"] = o => linalg.cholesky(o("spd")),
        ["svdvals"] = o => linalg.svd(o("square")).S,
        ["eigenvalues"] = o => linalg.eigh(o("spd")).Item1,
        ["pinv"] = o => linalg.pinv(o("a")),
        ["det"] = o => linalg.det(o("spd")),
        ["solve"] = o => linalg.solve(o("spd"), o("gamma")),
        ["transpose"] = o => o("batch").transpose(1, 2),
        ["permute"] = o => o("batch").permute(2, 0, 1),
        ["flip"] = o => o("a").flip(1),
        ["roll"] = o => o("a").roll(1, 1),
        ["tril"] = o => o("square").tril(),
        ["triu"] = o => o("square").triu(1),
        ["repeat"] = o => o("gamma").repeat(2, 2),
        ["interleave"] = o => o("gamma").repeat_interleave(2),
        ["unfold"] = o => o("bias").unfold(0, 3, 2),
        ["narrow"] = o => o("a").narrow(1, 1, 2),
        ["cat"] = o => torch.cat([o("a"), o("b")], 1),
        ["stack"] = o => torch.stack([o("a"), o("b")]),
        ["gather"] = o => o("a").gather(1, o("ids")),
        ["scatter"] = o => torch.zeros(3, 4).scatter(1, o("ids"), torch.ones(2, 3)),
        ["scatter_add"] = o => torch.zeros(3, 4).scatter_add(1, o("ids"), o("a")[..2, ..3]),
        ["index_select"] = o => o("a").index_select(1, torch.tensor(new long[] { 2, 0 })),
        ["index_add"] = o => o("a").index_add(0, torch.tensor(new long[] { 0, 2 }), o("b").narrow(0, 0, 2), 1),
        ["index_copy"] = o => o("a").index_copy(0, torch.tensor(new long[] { 0, 2 }), o("b").narrow(0, 0, 2)),
        ["masked_fill"] = o => o("a").masked_fill(o("mask"), -1),
        ["masked_select"] = o => o("a").masked_select(o("mask")),
        ["linear"] = o => F.linear(o("a"), o("weight"), o("bias")),
        ["embedding"] = o => F.embedding(o("ids"), o("weight")),
        ["layer_norm"] = o => F.layer_norm(o("a"), [4], o("gamma"), o("beta"), 1e-12),
        ["cross_entropy"] = o => F.cross_entropy(o("a"), o("labels")),
        ["cross_entropy_none"] = o => F.cross_entropy(o("a"), o("labels"), reduction: nn.Reduction.None),
        ["cross_entropy_smooth"] = o => F.cross_entropy(o("a"), o("labels"), label_smoothing: 0.1),
        ["nll"] = o => F.nll_loss(F.log_softmax(o("a"), -1), o("labels")),
        ["kl"] = o => F.kl_div(F.log_softmax(o("a"), -1), F.log_softmax(o("b"), -1), true, nn.Reduction.Sum),
        ["kl_mean"] = o => F.kl_div(F.log_softmax(o("a"), -1), o("b").softmax(-1), false),
        ["mse"] = o => F.mse_loss(o("a"), o("b")),
        ["bce"] = o => F.binary_cross_entropy_with_logits(o("a"), o("mask").to(float32)),
        ["normalize"] = o => F.normalize(o("a")),
        ["pad"] = o => F.pad(o("a"), new long[] { 1, 2 }, value: 9),
        ["one_hot"] = o => F.one_hot(o("ids"), 4),
        ["cosine"] = o => F.cosine_similarity(o("a"), o("b")),
        ["attention"] = o => F.scaled_dot_product_attention(o("q"), o("k"), o("v")),
        ["attention_causal"] = o => F.scaled_dot_product_attention(o("q"), o("k"), o("v"), is_casual: true),
        ["bf16"] = o => o("a").to(bfloat16).to(float32),
        ["half"] = o => o("a").half().@float(),
        ["to_int"] = o => (o("a") * 10).to(int64),
        ["tril_indices"] = _ => torch.tril_indices(3, 3),
        ["linspace"] = _ => torch.linspace(0, 1, 5),
        ["arange"] = _ => torch.arange(1, 10, 3),
        ["eye"] = _ => torch.eye(3),
    };

    [Fact]
    public void Every_operator_gives_pythons_numbers()
    {
        using var scope = NewDisposeScope();
        var operands = Golden.Names("operands").ToDictionary(static n => n, static n => Golden.Of("operands", n));
        Golden.Names("results").Except(Ours.Keys).ShouldBeEmpty();
        foreach (var (name, compute) in Ours) compute(n => operands[n]).ShouldEqual(Golden.Of("results", name), name);
    }

    [Fact]
    public void A_seed_gives_pythons_draws()
    {
        using var scope = NewDisposeScope();
        torch.random.manual_seed(1234);
        var draws = new Dictionary<string, Tensor>
        {
            ["rand"] = torch.rand(4),
            ["randn"] = torch.randn(4),
            ["randint"] = torch.randint(0, 100, new long[] { 5 }),
            ["randperm"] = torch.randperm(6),
            ["multinomial"] = torch.multinomial(torch.tensor(new[] { 0.1f, 0.2f, 0.7f }), 5, true),
            ["dropout"] = F.dropout(torch.ones(8), 0.5, true),
        };
        foreach (var (name, drawn) in draws) drawn.ShouldEqual(Golden.Of("draws", name), name);
    }
}
