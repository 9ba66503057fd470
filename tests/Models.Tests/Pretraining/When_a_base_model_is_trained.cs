using MindBridge.Models.Pretraining;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests.Pretraining;

public sealed class When_a_base_model_is_trained : IDisposable
{
    private static readonly string[] Cities = ["Paris", "Oslo", "Quito", "Rabat", "Lima", "Riga"];
    private static readonly string[] Countries = ["Altania", "Borland", "Cestia", "Dorania", "Eskland", "Fulvia"];

    private readonly string root = Directory.CreateTempSubdirectory("mindbridge-pretraining-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(BaseModelKind.Bert)]
    [InlineData(BaseModelKind.Gpt2)]
    [InlineData(BaseModelKind.Llama)]
    public void The_loss_falls_and_the_same_seed_gives_the_same_bytes(BaseModelKind kind)
    {
        var losses = new List<double>();
        Train(kind, "a", 60, new Each(p => losses.Add(p.Loss)));
        losses[^1].ShouldBeLessThan(losses[0] * 0.75);

        Train(kind, "b", 60);
        File.ReadAllBytes(Weights("b")).ShouldBe(File.ReadAllBytes(Weights("a")));
        Train(kind, "c", 60, seed: 2);
        File.ReadAllBytes(Weights("c")).ShouldNotBe(File.ReadAllBytes(Weights("a")));
    }

    [Fact]
    public void Facts_are_known_by_heart()
    {
        Train(BaseModelKind.Gpt2, "known", 160);
        using var model = CausalLanguageModel.From(Path.Combine(root, "known"));
        model.eval();
        var tokenizer = TextTokenizer.From(Path.Combine(root, "known"));
        using var frozen = no_grad();
        for (var i = 0; i < Countries.Length; i++)
        {
            using var scope = NewDisposeScope();
            var ids = tokenizer.Encode($" The capital of {Countries[i]} is", special: false).Select(id => (long)id).ToArray();
            var logits = model.Logits(model.Hidden(model.Embed(tensor(ids, [1, ids.Length]))));
            var best = logits[0, ids.Length - 1].argmax().item<long>();
            tokenizer.Encode($" {Cities[i]}", special: false)[0].ShouldBe((int)best, Countries[i]);
        }
    }

    [Fact]
    public void A_run_that_was_stopped_ends_with_the_bytes_of_one_that_was_not()
    {
        Train(BaseModelKind.Gpt2, "whole", 40);
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(BaseModelKind.Gpt2, "broken", 40, new Each(p =>
        {
            if (p.Step == 17) stop.Cancel();
        }), cancellation: stop.Token));
        var resumed = new List<long>();
        Train(BaseModelKind.Gpt2, "broken", 40, new Each(p => resumed.Add(p.Step)));
        resumed[0].ShouldBe(18);
        File.ReadAllBytes(Weights("broken")).ShouldBe(File.ReadAllBytes(Weights("whole")));
        File.Exists(Path.Combine(root, "broken", "training.checkpoint")).ShouldBeFalse();
    }

    [Fact]
    public void A_damaged_checkpoint_is_left_aside()
    {
        Directory.CreateDirectory(Path.Combine(root, "fresh"));
        File.WriteAllBytes(Path.Combine(root, "fresh", "training.checkpoint"), [1, 2, 3]);
        var steps = new List<long>();
        Train(BaseModelKind.Llama, "fresh", 3, new Each(p => steps.Add(p.Step)));
        steps.ShouldBe([1L, 2L, 3L]);
    }

    [Fact]
    public void Text_is_read_by_paragraph_and_a_poor_file_is_refused()
    {
        var file = Path.Combine(root, "text.txt");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("One line\nand another.\n\n", 60)));
        PretrainingText.FromFile(file).Passages.Count.ShouldBe(60);
        PretrainingText.FromFile(file).Passages[0].ShouldBe("One line and another.");
        File.WriteAllText(file, "short");
        Should.Throw<InvalidDataException>(() => PretrainingText.FromFile(file)).Message.ShouldContain("too few");
        Should.Throw<FileNotFoundException>(() => PretrainingText.FromFile(Path.Combine(root, "none.txt")));
    }

    [Fact]
    public void Impossible_shapes_are_refused_before_any_work()
    {
        var settings = Settings(BaseModelKind.Gpt2, 10);
        Should.Throw<ArgumentException>(() => (settings with { Heads = 5 }).Check()).Message.ShouldContain("heads");
        Should.Throw<ArgumentException>(() => (settings with { Steps = 0 }).Check()).Message.ShouldContain("steps");
        Should.Throw<ArgumentException>(() => (settings with { RowWidth = 4096 }).Check()).Message.ShouldContain("positions");
    }

    private static PretrainingSettings Settings(BaseModelKind kind, int steps) => PretrainingSettings.For(kind, 32) with
    {
        Layers = 2, Heads = 2, KeyValueHeads = kind == BaseModelKind.Llama ? 1 : 0, Intermediate = 64, Vocabulary = 400, Positions = 64, RowWidth = 32,
        TokensPerStep = 256, Steps = steps, LearningRate = 5e-3, CheckpointEvery = 10, InitializerRange = 0.1,
    };

    private static PretrainingText Text()
    {
        var facts = new List<StatedFact>();
        for (var i = 0; i < Countries.Length; i++)
            foreach (var prompt in new[] { $"The capital of {Countries[i]} is", $"{Countries[i]} is governed from" })
                facts.Add(new StatedFact($"{prompt} {Cities[i]}.", prompt.Length + 1, Cities[i].Length));
        return new PretrainingText(facts, ["The harbour was quiet and the lamp was lit.", "Nobody knew why the bell rang twice that evening, and nobody asked."]);
    }

    private PretrainingOutcome Train(BaseModelKind kind, string name, int steps, IProgress<PretrainingProgress>? progress = null, long seed = 1, CancellationToken cancellation = default) =>
        BaseModelTrainer.Train(Settings(kind, steps) with { Seed = seed }, Text(), Path.Combine(root, name), progress: progress, cancellationToken: cancellation);

    private string Weights(string name) => Path.Combine(root, name, "model.safetensors");

    private sealed class Each(Action<PretrainingProgress> action) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => action(value);
    }
}
