using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_texts_lie_one_behind_the_other
{
    private static readonly int[] Lengths = [1, 9, 3, 17, 8, 16];

    public static TheoryData<string> Models => ["bert", "distilbert", "gpt2", "gptj", "llama3", "with a window"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Each_is_read_as_if_it_were_alone(string name)
    {
        using var scope = NewDisposeScope();
        using var model = name == "with a window" ? Windowed() : SmallModels.Create(name);
        model.TakesTextsWithoutPadding.ShouldBeTrue();
        var (together, alone) = (Embeddings(model), Embeddings(model));
        var weights = randn([Lengths.Sum(), model.Width]);

        var hidden = model.HiddenOfTexts(together, Lengths, arange(Lengths.Sum(), dtype: ScalarType.Int64));
        var expected = Alone(model, alone);
        (hidden * weights).sum().backward();
        (expected * weights).sum().backward();

        SmallModels.Distance(hidden, expected).ShouldBeLessThan(1e-5);
        SmallModels.Distance(together.grad!, alone.grad!).ShouldBeLessThan(1e-4 * Math.Max(1, alone.grad!.abs().max().ToDouble()));
    }

    [Fact]
    public void Only_wanted_places_are_given_back()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create("bert");
        using var off = no_grad();
        long[] places = [0, 9, 5, 53];
        var some = model.HiddenOfTexts(Embeddings(model), Lengths, tensor(places));
        var all = model.HiddenOfTexts(Embeddings(model), Lengths, arange(Lengths.Sum(), dtype: ScalarType.Int64));
        SmallModels.Distance(some, all.index_select(0, tensor(places))).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create("bert");
        var embeddings = Embeddings(model);
        Should.Throw<ArgumentException>(() => model.HiddenOfTexts(embeddings, [1, 2], tensor(0L))).Message.ShouldContain("the texts take [3, 24]");
        var longest = zeros([model.MaxPositions + 1, model.Width]);
        Should.Throw<ArgumentException>(() => model.HiddenOfTexts(longest, [model.MaxPositions + 1], tensor(0L))).Message.ShouldContain("shorten it");
    }

    // Grouped queries that see four tokens.
    private static CausalLanguageModel Windowed()
    {
        var json = ModelConfiguration.Llama(SmallModels.Vocabulary, 48, 2, 6, 3, 40, 48, 1, 39, family: "mistral").Json;
        json["sliding_window"] = 4;
        return CausalLanguageModel.Create(ModelConfiguration.Parse(json) with { InitializerRange = 0.3 }, 7);
    }

    // Wide numbers, so that attention matters.
    private static Tensor Embeddings(Transformer model) => (model.Embed(SmallModels.Ids(1, Lengths.Sum())).detach().view(-1, model.Width) * 3).requires_grad_();

    private static Tensor Alone(Transformer model, Tensor embeddings)
    {
        var (parts, first) = (new List<Tensor>(), 0);
        foreach (var length in Lengths)
        {
            parts.Add(model.Hidden(embeddings.narrow(0, first, length).unsqueeze(0)).view(-1, model.Width));
            first += length;
        }
        return cat(parts, 0);
    }
}
