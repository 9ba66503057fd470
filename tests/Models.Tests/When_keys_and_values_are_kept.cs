using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_keys_and_values_are_kept
{
    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void Any_split_of_the_text_gives_the_hidden_states_of_one_pass(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Llm(name);
        var embeddings = model.Embed(SmallModels.Ids(3, 11));
        var whole = model.Hidden(embeddings);
        foreach (var pieces in new int[][] { [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [6, 1, 1, 1, 1, 1], [4, 5, 2], [11] })
        {
            using var cache = model.NewCache(3, 11);
            foreach (var piece in pieces)
            {
                var from = cache.Length;
                var part = model.Hidden(embeddings.narrow(1, from, piece), cache: cache);
                SmallModels.Distance(part, whole.narrow(1, from, piece)).ShouldBeLessThan(1e-5);
            }
            cache.Length.ShouldBe(11);
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void Padded_prompts_go_on_as_they_would_alone(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Llm(name);
        int[] lengths = [7, 3, 5];
        foreach (var left in new[] { true, false })
        {
            using var cache = model.NewCache(3, 12);
            var prompt = zeros([3, 7, model.Width]);
            var mask = zeros([3, 7], dtype: ScalarType.Bool);
            for (var row = 0; row < 3; row++)
            {
                var start = left ? 7 - lengths[row] : 0;
                prompt[row].narrow(0, start, lengths[row]).copy_(model.Embed(Text(row).narrow(1, 0, lengths[row]))[0]);
                mask[row].narrow(0, start, lengths[row]).fill_(true);
            }
            model.Hidden(prompt, mask, cache);
            for (var step = 0; step < 4; step++)
            {
                var next = cat(Enumerable.Range(0, 3).Select(row => Text(row).narrow(1, lengths[row] + step, 1)).ToArray(), 0);
                var hidden = model.Hidden(model.Embed(next), cache: cache);
                for (var row = 0; row < 3; row++)
                {
                    var alone = model.Hidden(model.Embed(Text(row).narrow(1, 0, lengths[row] + step + 1)));
                    SmallModels.Distance(hidden[row, 0], alone[0, lengths[row] + step]).ShouldBeLessThan(1e-5, $"left {left}, row {row}, step {step}");
                }
            }
        }

        static Tensor Text(int row) => SmallModels.Ids(1, 12, row * 5);
    }

    [Fact]
    public void A_common_beginning_is_computed_once()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Llm("llama");
        var (beginning, first, second) = (SmallModels.Ids(1, 5), SmallModels.Ids(1, 3, 11), SmallModels.Ids(1, 3, 23));
        using var cache = model.NewCache(1, 8);
        model.Hidden(model.Embed(beginning), cache: cache);
        model.Hidden(model.Embed(first), cache: cache);
        cache.Truncate(5);
        var hidden = model.Hidden(model.Embed(second), cache: cache);
        SmallModels.Distance(hidden[0], model.Hidden(model.Embed(cat([beginning, second], 1)))[0].narrow(0, 5, 3)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_full_cache_says_so()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Llm("gpt2");
        using var cache = model.NewCache(1, 4);
        Should.Throw<ArgumentException>(() => model.Hidden(zeros([1, 5, 24]), cache: cache)).Message.ShouldContain("1 x 4");
        Should.Throw<ArgumentException>(() => model.Hidden(zeros([2, 1, 24]), cache: cache));
    }
}
