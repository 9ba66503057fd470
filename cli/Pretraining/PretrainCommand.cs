using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Cli.Terminal;
using MindBridge.Cli.World;
using MindBridge.Memory;
using MindBridge.Models.Pretraining;
using TorchSharp;

namespace MindBridge.Cli.Pretraining;

/// <summary><c>mindbridge pretrain</c>: trains a small base model and its tokenizer from nothing.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var kind = new Option<BaseModelKind>("--kind") { Description = "bert (a memory encoder's base), gpt2 or llama", Required = true };
        var text = new Option<FileInfo?>("--text") { Description = "A UTF-8 text file to learn; paragraphs are parted by empty lines" };
        var world = new Option<bool>("--demo-world") { Description = "Learn the demo's world of facts instead of a file" };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Where the model goes: config.json, model.safetensors and the tokenizer's files", Required = true };
        var hidden = new Option<int?>("--hidden") { Description = "Width (192)" };
        var layers = new Option<int?>("--layers") { Description = "Blocks (4)" };
        var heads = new Option<int?>("--heads") { Description = "Attention heads (one for each 32 of the width)" };
        var keyHeads = new Option<int?>("--kv-heads") { Description = "llama: heads of keys and values (half the heads)" };
        var inner = new Option<int?>("--inner") { Description = "Width of the MLP (4 times the width; llama: 8/3)" };
        var vocabulary = new Option<int?>("--vocab") { Description = "Most tokens of the tokenizer (3072)" };
        var positions = new Option<int?>("--positions") { Description = "The longest input in tokens (256)" };
        var row = new Option<int?>("--row") { Description = "Tokens in a training row (96; bert 64)" };
        var steps = new Option<int?>("--steps") { Description = "Training steps (2000)" };
        var batch = new Option<int?>("--batch") { Description = "Tokens a step (2048)" };
        var rate = new Option<double?>("--lr") { Description = "Highest learning rate (2e-3; bert 7e-4)" };
        var deviation = new Option<double?>("--init") { Description = "Standard deviation of the first weights (0.02; bert 0.04)" };
        var seed = new Option<long>("--seed") { Description = "One seed, one model (on one kind of machine)", DefaultValueFactory = _ => 1 };
        var type = new Option<string>("--dtype") { Description = "How the weights are stored", DefaultValueFactory = _ => "bfloat16" };
        type.AcceptOnlyFromAmong("bfloat16", "float32");
        var threads = new Option<int?>("--threads") { Description = "Threads libtorch may use; sums, and so the model's bytes, depend on it" };
        var json = new Option<bool>("--json") { Description = "Print the outcome as one JSON object" };
        var command = new Command("pretrain", """
            Train a small base model from nothing: its tokenizer, then the model.
            A killed run goes on from its last checkpoint with the same command and ends with the same model.

            Examples:
              mindbridge pretrain --kind gpt2 --demo-world --out runs/llm --seed 1
              mindbridge pretrain --kind llama --text book.txt --out runs/book --hidden 256 --steps 3000
            """)
        {
            kind, text, world, folder, hidden, layers, heads, keyHeads, inner, vocabulary, positions, row, steps, batch, rate, deviation, seed, type, threads, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var learned = Text(parsed.GetValue(text), parsed.GetValue(world));
            var settings = PretrainingSettings.For(parsed.GetValue(kind), parsed.GetValue(hidden) ?? 192);
            settings = settings with
            {
                Layers = parsed.GetValue(layers) ?? settings.Layers,
                Heads = parsed.GetValue(heads) ?? settings.Heads,
                KeyValueHeads = parsed.GetValue(keyHeads) ?? (parsed.GetValue(heads) is { } some && settings.KeyValueHeads > 0 ? (some % 2 == 0 ? some / 2 : some) : settings.KeyValueHeads),
                Intermediate = parsed.GetValue(inner) ?? settings.Intermediate,
                Vocabulary = parsed.GetValue(vocabulary) ?? settings.Vocabulary,
                Positions = parsed.GetValue(positions) ?? settings.Positions,
                RowWidth = Math.Min(parsed.GetValue(row) ?? settings.RowWidth, parsed.GetValue(positions) ?? settings.Positions),
                Steps = parsed.GetValue(steps) ?? settings.Steps,
                TokensPerStep = parsed.GetValue(batch) ?? settings.TokensPerStep,
                LearningRate = parsed.GetValue(rate) ?? settings.LearningRate,
                InitializerRange = parsed.GetValue(deviation) ?? settings.InitializerRange,
                Seed = parsed.GetValue(seed),
            };
            if (parsed.GetValue(threads) is { } count) torch.set_num_threads(count >= 1 ? count : throw new ArgumentException($"--threads {count}: give at least 1"));
            return Task.FromResult(Train(settings, learned, parsed.GetValue(folder)!, parsed.GetValue(type)!, parsed.GetValue(json), cancellationToken));
        });
        return command;
    }

    private static PretrainingText Text(FileInfo? file, bool world) => (file, world) switch
    {
        (null, false) => throw new ArgumentException("nothing to learn; give --text FILE or --demo-world"),
        (not null, true) => throw new ArgumentException("give either --text or --demo-world, not both"),
        ({ } path, _) => PretrainingText.FromFile(path.FullName),
        _ => WorldText.Of(DemoWorld.Load()),
    };

    private static int Train(PretrainingSettings settings, PretrainingText text, DirectoryInfo folder, string type, bool json, CancellationToken cancellationToken)
    {
        PretrainingOutcome outcome;
        var began = TimeProvider.System.GetTimestamp();
        using (var line = new ProgressLine())
        {
            var meter = new ProgressMeter(line, $"pretraining {settings.Kind.ToString().ToLowerInvariant()}", settings.Steps);
            outcome = BaseModelTrainer.Train(
                settings, text, folder.FullName, type == "float32" ? torch.ScalarType.Float32 : torch.ScalarType.BFloat16,
                new Metered(meter), cancellationToken);
        }
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var size = new FileInfo(Path.Combine(folder.FullName, "model.safetensors")).Length;
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new { folder = folder.FullName, outcome.Parameters, outcome.Vocabulary, outcome.Loss, AnswerLoss = double.IsNaN(outcome.AnswerLoss) ? (double?)null : outcome.AnswerLoss, bytes = size, seconds }, JsonSerializerOptions.Web)
            : string.Create(CultureInfo.InvariantCulture, $"{folder.FullName}: {outcome.Parameters:N0} parameters, {outcome.Vocabulary:N0} tokens, loss {outcome.Loss:0.000}, {size / 1e6:0.0} MB, {seconds:0} s"));
        return 0;
    }

    private sealed class Metered(ProgressMeter meter) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => meter.Report(
            value.Step, value.Loss, value.LearningRate,
            double.IsNaN(value.AnswerLoss) ? null : new Dictionary<string, double>(StringComparer.Ordinal) { ["answers"] = value.AnswerLoss });
    }
}
