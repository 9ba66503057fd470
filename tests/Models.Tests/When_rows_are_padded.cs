using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_rows_are_padded
{
    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void Each_equals_the_same_row_alone_wherever_the_padding_is(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        const int Length = 12;
        long[] lengths = [12, 5, 1, 8];
        foreach (var side in new[] { "left", "right", "both", "holes" })
        {
            // What stands in the padding must not matter: it is noise, not zeros.
            var embeddings = randn([lengths.Length, Length, model.Width]);
            var mask = zeros([lengths.Length, Length], dtype: ScalarType.Int64);
            var alone = new List<Tensor>();
            var columns = new List<long[]>();
            for (var row = 0; row < lengths.Length; row++)
            {
                var ids = SmallModels.Ids(1, (int)lengths[row], row);
                var embedded = model.Embed(ids);
                columns.Add(Columns(side, lengths[row], Length));
                embeddings[row].index_copy_(0, tensor(columns[row]), embedded[0]);
                mask[row].index_fill_(0, tensor(columns[row]), 1);
                alone.Add(model.Hidden(embedded)[0]);
            }

            var together = model.Hidden(embeddings, mask);

            for (var row = 0; row < lengths.Length; row++)
                SmallModels.Distance(together[row].index_select(0, tensor(columns[row])), alone[row]).ShouldBeLessThan(1e-5, $"{side}, row {row}");
            together.isfinite().all().ToBoolean().ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void Soft_tokens_in_front_change_nothing_of_that(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        var soft = randn([2, 2, model.Width]);
        var shorter = cat([soft.narrow(0, 0, 1), model.Embed(SmallModels.Ids(1, 4))], 1);
        var longer = cat([soft.narrow(0, 1, 1), model.Embed(SmallModels.Ids(1, 9, 3))], 1);
        var padding = ones([1, 5, model.Width]);

        var right = model.Hidden(cat([cat([shorter, padding], 1), longer], 0), Mask(6, 0));
        var left = model.Hidden(cat([cat([padding, shorter], 1), longer], 0), Mask(0, 6));

        var (alone, other) = (model.Hidden(shorter)[0], model.Hidden(longer)[0]);
        SmallModels.Distance(right[0].narrow(0, 0, 6), alone).ShouldBeLessThan(1e-5);
        SmallModels.Distance(left[0].narrow(0, 5, 6), alone).ShouldBeLessThan(1e-5);
        SmallModels.Distance(right[1], other).ShouldBeLessThan(1e-5);
        SmallModels.Distance(left[1], other).ShouldBeLessThan(1e-5);

        static Tensor Mask(int begin, int end) => tensor(Enumerable.Range(0, 22).Select(i => i >= 11 || (begin > 0 ? i < begin : i >= 11 - end)).ToArray()).view(2, 11);
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void A_batch_of_32_equals_32_of_one(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        var ids = SmallModels.Ids(32, 9);
        var together = model.Logits(model.Hidden(model.Embed(ids), ones([32, 9], dtype: ScalarType.Int64)));
        for (var row = 0; row < 32; row++)
        {
            var alone = model.Logits(model.Hidden(model.Embed(ids.narrow(0, row, 1))));
            SmallModels.Distance(together[row], alone[0]).ShouldBeLessThan(1e-5 * Math.Max(1, alone.abs().max().ToDouble()));
        }
    }

    [Fact]
    public void A_row_of_nothing_but_padding_harms_nobody()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var name in SmallModels.All.Select(r => r.Data))
        {
            using var model = SmallModels.Create(name);
            var embeddings = model.Embed(SmallModels.Ids(2, 6));
            var mask = tensor(Enumerable.Range(0, 12).Select(i => i < 6).ToArray()).view(2, 6);
            var hidden = model.Hidden(embeddings, mask);
            hidden.isfinite().all().ToBoolean().ShouldBeTrue(name);
            SmallModels.Distance(hidden[0], model.Hidden(embeddings.narrow(0, 0, 1))[0]).ShouldBeLessThan(1e-5, name);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create("gpt2");
        Should.Throw<ArgumentException>(() => model.Hidden(zeros([1, 3, 5]))).Message.ShouldContain("[1, 3, 5]");
        Should.Throw<ArgumentException>(() => model.Hidden(zeros([1, 3, 24]), zeros([1, 4], dtype: ScalarType.Int64))).Message.ShouldContain("mask");
        Should.Throw<ArgumentException>(() => model.Hidden(zeros([1, 49, 24]))).Message.ShouldContain("49 tokens");
        using var encoder = SmallModels.Create("bert");
        using var llm = SmallModels.Llm("gpt2");
        using var cache = llm.NewCache(1, 8);
        Should.Throw<ArgumentException>(() => encoder.Hidden(zeros([1, 3, 24]), cache: cache)).Message.ShouldContain("encoder");
    }

    private static long[] Columns(string side, long count, int length) => side switch
    {
        "left" => [.. Enumerable.Range(0, (int)count).Select(i => length - count + i)],
        "right" => [.. Enumerable.Range(0, (int)count).Select(i => (long)i)],
        "both" => [.. Enumerable.Range(0, (int)count).Select(i => (length - count) / 2 + i)],
        _ => [.. Enumerable.Range(0, (int)count).Select(i => i * length / count)],
    };
}
