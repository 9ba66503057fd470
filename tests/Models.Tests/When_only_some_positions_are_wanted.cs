using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_only_some_positions_are_wanted
{
    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void They_equal_the_same_positions_of_a_whole_pass(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        var embeddings = model.Embed(SmallModels.Ids(3, 8));
        var mask = ones([3, 8], dtype: ScalarType.Int64);
        mask[1].narrow(0, 5, 3).fill_(0);
        var at = tensor(new long[] { 0, 7, 12, 23, 12 });

        var some = model.Hidden(embeddings, mask, at: at);

        some.shape.ShouldBe([5, 24]);
        SmallModels.Distance(some, model.Hidden(embeddings, mask).view(-1, 24).index_select(0, at)).ShouldBeLessThan(1e-6);
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void Gradients_are_those_of_a_whole_pass(string name)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(name);
        var ids = SmallModels.Ids(2, 6);
        var at = tensor(new long[] { 2, 11 });
        var targets = tensor(new long[] { 5, 9 });

        nn.functional.cross_entropy(model.Logits(model.Hidden(model.Embed(ids), at: at)), targets).backward();
        var some = model.parameters().Select(p => p.grad?.clone()).ToList();
        model.zero_grad();
        nn.functional.cross_entropy(model.Logits(model.Hidden(model.Embed(ids)).view(-1, 24).index_select(0, at)), targets).backward();
        var whole = model.parameters().Select(p => p.grad?.clone()).ToList();

        some.Count.ShouldBe(whole.Count);
        some.Zip(whole).ShouldAllBe(p => p.First! is object && p.Second! is object && SmallModels.Distance(p.First!, p.Second!) < 1e-5);
    }
}
