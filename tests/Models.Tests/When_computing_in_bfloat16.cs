using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_computing_in_bfloat16
{
    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void The_result_stays_close_and_float32(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        var embeddings = model.Embed(SmallModels.Ids(2, 9));
        var mask = ones([2, 9], dtype: ScalarType.Int64);
        mask[0].narrow(0, 0, 4).fill_(0);
        var exact = model.Logits(model.Hidden(embeddings, mask))[1];
        model.ComputeType = ScalarType.BFloat16;
        var rough = model.Logits(model.Hidden(embeddings, mask))[1];
        rough.dtype.ShouldBe(ScalarType.Float32);
        SmallModels.Distance(rough, exact).ShouldBeInRange(1e-6, 0.1 * exact.abs().max().ToDouble());
    }

    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void Texts_follow_keys_and_values_that_are_kept_in_it(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Llm(name);
        model.ComputeType = ScalarType.BFloat16;
        var embeddings = model.Embed(SmallModels.Ids(2, 9));
        var whole = model.Hidden(embeddings);
        using var cache = model.NewCache(2, 9);
        var first = model.Hidden(embeddings.narrow(1, 0, 5), cache: cache);
        var rest = model.Hidden(embeddings.narrow(1, 5, 4), cache: cache);
        SmallModels.Distance(cat([first, rest], 1), whole).ShouldBeLessThan(0.1 * whole.abs().max().ToDouble());
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void Training_reaches_the_float32_masters(string name)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(name);
        var ids = SmallModels.Ids(2, 6);
        Tensor Gradient()
        {
            model.zero_grad();
            nn.functional.cross_entropy(model.Logits(model.Hidden(model.Embed(ids))).view(-1, SmallModels.Vocabulary), ids.view(-1)).backward();
            return cat(model.parameters().Select(p => p.grad!.flatten()).ToArray(), 0);
        }
        var exact = Gradient();
        model.ComputeType = ScalarType.BFloat16;
        var rough = Gradient();
        rough.dtype.ShouldBe(ScalarType.Float32);
        ((rough - exact).norm() / exact.norm()).ToDouble().ShouldBeLessThan(0.1);
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void A_model_loaded_or_converted_to_bfloat16_works_and_converts_nothing_each_step(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create(name);
        model.Save(folder.Path);
        var ids = SmallModels.Ids(1, 7);
        var exact = model.Logits(model.Hidden(model.Embed(ids)));

        using var loaded = Checkpoint.Load(folder.Path, ScalarType.BFloat16);
        loaded.ComputeType.ShouldBe(ScalarType.BFloat16);
        loaded.parameters().Where(p => p.dim() == 2).ShouldAllBe(p => p.dtype == ScalarType.BFloat16);
        SmallModels.Distance(loaded.Logits(loaded.Hidden(loaded.Embed(ids))), exact).ShouldBeLessThan(0.1 * exact.abs().max().ToDouble());

        model.to(ScalarType.BFloat16);
        model.ComputeType = ScalarType.BFloat16;
        foreach (var parameter in model.parameters()) parameter.requires_grad = false;
        SmallModels.Distance(model.Logits(model.Hidden(model.Embed(ids))), exact).ShouldBeLessThan(0.1 * exact.abs().max().ToDouble());
        var before = DisposeScopeManager.Statistics.CreatedInScopeCount;
        model.Hidden(model.Embed(ids));
        var first = DisposeScopeManager.Statistics.CreatedInScopeCount - before;
        model.ComputeType = ScalarType.Float32;
        model.Hidden(model.Embed(ids));
        before = DisposeScopeManager.Statistics.CreatedInScopeCount;
        model.Hidden(model.Embed(ids));
        // Float32 compute over bf16 weights keeps its conversions: a later pass makes no more tensors than one that needs none.
        (DisposeScopeManager.Statistics.CreatedInScopeCount - before).ShouldBeLessThanOrEqualTo(first);
    }
}
