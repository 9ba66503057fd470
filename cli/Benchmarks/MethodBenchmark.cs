using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// Both training stages beside a reference-style loop of our own (<see cref="ReferenceLoop"/>) and beside the prototype's efficient loop (tests/bench/method_peer.py): same data, same
/// rows a step, same number type. Needs the data folder (MINDBRIDGE_DATA).
/// </summary>
internal static partial class MethodBenchmark
{
    private const int Rounds = 3;
    private const double EqualLoss = 2e-3;
    private static readonly string[] Llms = ["mini-gpt2", "mini-llama"];

    public static Benchmark Create() => new("method", "both training stages beside a reference-style loop and beside the prototype's efficient loop.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        if (Prototype() is not { } prototype)
        {
            tell("method: left out, since its data is not here; set MINDBRIDGE_DATA to the folder that holds prototype/");
            yield break;
        }

        var data = Data(prototype);
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var name = type is ScalarType.Float32 ? "fp32" : "bf16";
            foreach (var measure in Encoder(data, prototype, type, name, tell, cancellation)) yield return measure;
            foreach (var llm in Llms)
                foreach (var measure in Bridge(data, prototype, llm, type, name, tell, cancellation)) yield return measure;
        }
    }

    private static IEnumerable<Measure> Encoder(EncoderTrainingData data, string prototype, ScalarType type, string name, Action<string> tell, CancellationToken cancellation)
    {
        var (reference, peer) = ($"stage1-{name}-reference", $"stage1-{name}-prototype");
        if (!BenchCommand.Wants(reference) && !BenchCommand.Wants(peer)) yield break;
        var settings = new EncoderTrainingSettings
        {
            Mask = ElementMask.AnyElement, RandomMask = 0, PrefixShare = 0.75, WordingShare = 0, Contrast = 0, Dropout = 0.1, LearningRate = 1e-5, Batch = 32, Epochs = 2, ComputeType = type,
        };
        var wholeEpoch = data.Edits.Count / (double)settings.Batch;
        using var training = new EncoderTraining(settings, data, Path.Combine(prototype, "checkpoints", "mini-bert"));
        var steps = Typical(Enumerable.Range(0, 64).Select(s => training.Build(s)), s => s.Rows!.Source.Sum(r => r.Length) + s.Dummy!.Source.Sum(r => r.Length), 8);

        if (BenchCommand.Wants(reference))
        {
            tell($"{reference}: one step padded to 180 with the vocabulary at every position (slow), beside ours");
            SameLoss(() => Plain(training, () => training.Loss(0, steps[4]).Total), () => Plain(training, () => ReferenceLoop.Loss(training, steps[4])));
            var ours = Seconds(() => Steps(training, steps), 1) / steps.Count;
            var theirs = Seconds(() => Step(training, ReferenceLoop.Loss(training, steps[4])), 1);
            yield return new Measure(reference, 1 / (ours * wholeEpoch), 1 / (theirs * wholeEpoch), type is ScalarType.Float32 ? 20 : null, "epochs/s");
        }

        if (BenchCommand.Wants(peer))
        {
            if (Slow(type)) steps = [steps[steps.Count / 2]];
            tell(Told(peer, type, steps.Count));
            using var python = Python(prototype);
            var (ours, theirs) = Interleaved.Median(() => Seconds(() => Steps(training, steps), 0) / steps.Count,
                () => python.Round(new { @do = "round", stage = 1, bfloat16 = type is ScalarType.BFloat16, steps = steps.Count, lm = "", buckets = Buckets }), RoundsOf(type), cancellation);
            yield return new Measure(peer, 1 / (ours * wholeEpoch), 1 / (theirs * wholeEpoch), 1, "epochs/s");
        }
    }

    private static IEnumerable<Measure> Bridge(EncoderTrainingData data, string prototype, string llm, ScalarType type, string name, Action<string> tell, CancellationToken cancellation)
    {
        var (reference, peer) = ($"stage2-{llm}-{name}-reference", $"stage2-{llm}-{name}-prototype");
        if (!BenchCommand.Wants(reference) && !BenchCommand.Wants(peer)) yield break;
        var settings = new BridgeTrainingSettings
        {
            Layout = SoftPromptLayout.BeforeBos, SoftTokens = 1, Stop = false, Locality = 1, Batch = 16, Variants = 2, OutOfScopeVariants = 2, PrefixShare = 0.75, WordingShare = 0, KeyShare = 0, LearningRate = 1e-4, Epochs = 2, ComputeType = type,
        };
        var wholeEpoch = data.Edits.Count / (double)settings.Batch;
        var folder = Path.Combine(prototype, "checkpoints");
        using var training = new BridgeTraining(settings, new BridgeTrainingData { Edits = data.Edits, OutOfScope = data.OutOfScope, Prefixes = data.Prefixes },
            [Path.Combine(folder, "mem-tuned")], Path.Combine(folder, llm), null, cancellation);
        // The second pass has the prefixes.
        var first = training.StepsPerEpoch;
        var steps = Typical(Enumerable.Range(0, (int)first).Select(s => training.Build(first + s)), s => s.Rows.Source.Sum(r => r.Length), 16);

        if (BenchCommand.Wants(reference))
        {
            tell($"{reference}: three steps padded to 180, features and teacher anew, beside ours");
            SameLoss(() => training.Loss(0, steps[8]).Total, () => ReferenceLoop.Loss(training, steps[8]));
            var ours = Seconds(() => Steps(training, steps), 1) / steps.Count;
            var theirs = Seconds(() => Step(training, ReferenceLoop.Loss(training, steps[8])), 1, repeat: 3);
            yield return new Measure(reference, 1 / (ours * wholeEpoch), 1 / (theirs * wholeEpoch), type is ScalarType.Float32 ? 9 : null, "epochs/s");
        }

        if (BenchCommand.Wants(peer))
        {
            if (Slow(type)) steps = [steps[steps.Count / 2]];
            tell(Told(peer, type, steps.Count));
            using var python = Python(prototype);
            var (ours, theirs) = Interleaved.Median(() => Seconds(() => Steps(training, steps), 0) / steps.Count,
                () => python.Round(new { @do = "round", stage = 2, bfloat16 = type is ScalarType.BFloat16, steps = steps.Count, lm = llm, buckets = Buckets }), RoundsOf(type), cancellation);
            yield return new Measure(peer, 1 / (ours * wholeEpoch), 1 / (theirs * wholeEpoch), 1, "epochs/s");
        }
    }

    // Without bf16 instructions the peer multiplies in scalar code and takes minutes for what one step suffices to show.
    private static bool Slow(ScalarType type) => type is ScalarType.BFloat16 && ComputeTypes.FastestOn(CPU) is not ScalarType.BFloat16;

    private static int RoundsOf(ScalarType type) => Slow(type) ? 1 : Rounds;

    private static string Told(string name, ScalarType type, int steps) =>
        Slow(type) ? $"{name}: one step each side, since this processor has no bf16 instructions and the peer is slow without" : $"{name}: {Rounds} rounds of {steps} steps each side";

    // A prefix on three draws of four, from each third of the sentences in turn.
    private static readonly int[] Buckets = [-1, 0, 1, 2];

    // Steps of all lengths, evenly: their mean is the mean of many random ones.
    private static List<T> Typical<T>(IEnumerable<T> steps, Func<T, int> tokens, int count)
    {
        var sorted = steps.OrderBy(tokens).ToArray();
        return [.. Enumerable.Range(0, count).Select(k => sorted[(int)((k + 0.5) * sorted.Length / count)])];
    }

    private static double Seconds(Action action, int warm, int repeat = 1)
    {
        for (var i = 0; i < warm; i++) action();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < repeat; i++) action();
        return clock.Elapsed.TotalSeconds / repeat;
    }

    private static void Steps(EncoderTraining training, List<EncoderStep> steps)
    {
        for (var s = 0; s < steps.Count; s++)
        {
            using var scope = NewDisposeScope();
            // What a run does besides: the next step's rows are built, on another thread.
            var next = Task.Run(() => training.Build(s), CancellationToken.None);
            Step(training, training.Loss(s, steps[s]).Total);
            next.Wait();
        }
    }

    private static void Steps(BridgeTraining training, List<BridgeStep> steps)
    {
        for (var s = 0; s < steps.Count; s++)
        {
            using var scope = NewDisposeScope();
            var next = Task.Run(() => training.Build(training.StepsPerEpoch + s), CancellationToken.None);
            Step(training, training.Loss(s, steps[s]).Total);
            next.Wait();
        }
    }

    private static void Step(EncoderTraining training, Tensor loss)
    {
        using (loss) training.Parts.Optimizer.Step(loss, loss.item<float>(), 1e-5);
    }

    private static void Step(BridgeTraining training, Tensor loss)
    {
        using (loss) training.Parts.Optimizer.Step(loss, loss.item<float>(), 1e-4);
    }

    // Without dropout, so that both ways must give one value.
    private static Tensor Plain(EncoderTraining training, Func<Tensor> way)
    {
        var encoder = training.Parts.Encoder;
        var dropout = encoder.Dropout;
        encoder.Dropout = 0;
        var loss = way();
        encoder.Dropout = dropout;
        return loss;
    }

    private static void SameLoss(Func<Tensor> ours, Func<Tensor> theirs)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var mine = ours().item<float>();
        var reference = theirs().item<float>();
        if (Math.Abs(mine - reference) > EqualLoss * Math.Abs(reference))
            throw new InvalidDataException($"the two loops do not compute one loss on one batch: ours {mine}, the reference {reference}; their times cannot be compared");
    }

    private static PythonPeer Python(string prototype)
    {
        var peer = new PythonPeer("method_peer.py");
        peer.Ask(new { @do = "start", prototype, threads = get_num_threads() });
        return peer;
    }

    private static string? Prototype()
    {
        var data = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA") ?? Path.Combine(Path.GetDirectoryName(PythonPeer.Root())!, "shared");
        var folder = Path.GetFullPath(Path.Combine(data, "prototype"));
        return File.Exists(Path.Combine(folder, "src", "bench_speed.py")) ? folder : null;
    }

    private static EncoderTrainingData Data(string prototype)
    {
        IEnumerable<JsonElement> Lines(string name) => File.ReadLines(Path.Combine(prototype, "data", name + ".jsonl")).Select(l => JsonSerializer.Deserialize<JsonElement>(l));
        string Text(JsonElement row, string key) => row.GetProperty(key).GetString()!;
        return new EncoderTrainingData
        {
            Edits = [.. Lines("edits_1000").Select(e => new Edit { Id = e.GetProperty("case_id").GetRawText(), Subject = Text(e, "subject"), Object = Text(e, "target_new"), Prompt = Text(e, "prompt") })],
            OutOfScope = [.. Lines("oos_train").Select(e => new OutOfScopePrompt { Prompt = Text(e, "prompt") })],
            Prefixes = Sentences(Path.Combine(prototype, "work", "general.json")),
        };
    }

    // The prototype's choice of sentences: 4 to 22 words, beginning and ending as a sentence does.
    private static string[] Sentences(string path)
    {
        using var general = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. new[] { "wikitext", "books" }.SelectMany(part => general.RootElement.GetProperty(part).EnumerateArray())
            .SelectMany(text => SentenceEnd().Split(text.GetString()!.Replace(" @-@ ", "-").Replace(" ,", ",").Replace(" .", "."))).Select(s => s.Trim())
            .Where(s => s.Length > 0 && s.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is >= 4 and <= 22 && !s.Contains("<unk>", StringComparison.Ordinal) && (s[^1] is '.' or '!' or '?') && char.IsUpper(s[0]))
            .Distinct()];
    }

    [GeneratedRegex("(?<=[.!?]) ")]
    private static partial Regex SentenceEnd();
}
