using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Cli.Benchmarks;

/// <summary>The engine beside plain PyTorch code (tests/bench/engine_peer.py) on the same libtorch: training steps and greedy decoding.</summary>
internal static class EngineBenchmark
{
    private const int Rounds = 7;

    public static Benchmark Create() => new("engine", "training steps and greedy decoding beside python3-torch.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        foreach (var (name, configuration) in new[]
        {
            ("train-bert-base", ModelConfiguration.Bert(30522, 768, 12, 12, 3072)),
            ("train-gpt2-124M", ModelConfiguration.Gpt2(50257, 768, 12, 12, 1024, end: 50256)),
        })
        {
            if (!BenchCommand.Wants(name)) continue;
            tell($"{name}: forward, backward and AdamW, {Rounds} rounds each side");
            yield return Train(name, configuration, cancellation);
        }
        foreach (var (name, configuration) in new[]
        {
            ("mini-gpt2", ModelConfiguration.Gpt2(8192, 256, 4, 4, 512, end: 8191)),
            ("mini-llama", ModelConfiguration.Llama(6144, 256, 4, 8, 4, 688, 1024, begin: 6142, end: 6143)),
        })
        {
            foreach (var rows in new[] { 1, 16 })
            {
                var measure = $"decode-{name}-batch{rows}";
                if (!BenchCommand.Wants(measure)) continue;
                tell($"{measure}: greedy with kept keys and values, {Rounds} rounds each side");
                yield return Decode(measure, configuration, rows, cancellation);
            }
        }
        foreach (var measure in StoriesBenchmark.Run(tell, cancellation)) yield return measure;
    }

    private static Measure Train(string name, ModelConfiguration configuration, CancellationToken cancellation)
    {
        const int Rows = 8, Length = 64, Steps = 2;
        using var peer = new PythonPeer("engine_peer.py");
        peer.Ask(new { @do = "train", config = configuration.Json, rows = Rows, length = Length, threads = get_num_threads() });
        using Transformer model = configuration.IsMasked ? MaskedLanguageModel.Create(configuration, 1) : CausalLanguageModel.Create(configuration, 1);
        model.train();
        model.Dropout = 0;
        using var optimizer = optim.AdamW(model.parameters(), 1e-4);
        using var ids = Ids(Rows, Length, configuration.VocabularySize);
        double Ours() => Clock.Time(() =>
        {
            for (var step = 0; step < Steps; step++)
            {
                using var scope = NewDisposeScope();
                var hidden = model.Hidden(model.Embed(ids));
                // An encoder predicts every sixth token; an LLM each next one.
                var (at, targets) = configuration.IsMasked ? Sixth(hidden, ids) : (hidden.narrow(1, 0, Length - 1).reshape(-1, model.Width), ids.narrow(1, 1, Length - 1).reshape(-1));
                var loss = nn.functional.cross_entropy(model.Logits(at), targets);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        });
        var (ours, theirs) = Interleaved.Median(Ours, () => peer.Round(new { @do = "round", steps = Steps, clock = Clock.Name }), Rounds, cancellation);
        const double Tokens = Rows * Length * Steps;
        return new Measure(name, Tokens / ours, Tokens / theirs, 0.97, "tokens/s");
    }

    private static (Tensor At, Tensor Targets) Sixth(Tensor hidden, Tensor ids)
    {
        var at = arange(0, ids.numel(), 6, dtype: ScalarType.Int64);
        return (hidden.reshape(-1, hidden.shape[2]).index_select(0, at), ids.reshape(-1).index_select(0, at));
    }

    private static Measure Decode(string name, ModelConfiguration configuration, int rows, CancellationToken cancellation)
    {
        const int Prompt = 16, New = 128;
        using var peer = new PythonPeer("engine_peer.py");
        peer.Ask(new { @do = "decode", config = configuration.Json, rows, prompt = Prompt, tokens = New, threads = get_num_threads() });
        using var model = CausalLanguageModel.Create(configuration, 1);
        var settings = new GenerationSettings(New) { StopAtEnd = false };
        int[][] prompts = [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, Prompt).Select(i => (r * 131 + i * 7919 + 1) % configuration.VocabularySize).ToArray())];
        var repeat = rows == 1 ? 4 : 2;
        double Ours() => Clock.Time(() =>
        {
            for (var i = 0; i < repeat; i++) MindBridge.Models.Generator.Generate(model, prompts, settings);
        });
        var (ours, theirs) = Interleaved.Median(Ours, () => peer.Round(new { @do = "round", steps = repeat, clock = Clock.Name }), Rounds + 4, cancellation);
        var tokens = (double)rows * New * repeat;
        return new Measure(name, tokens / ours, tokens / theirs, 1.0, "tokens/s");
    }

    private static Tensor Ids(int rows, int length, int vocabulary) =>
        tensor(Enumerable.Range(0, rows * length).Select(i => (long)(i * 7919 + 1) % vocabulary).ToArray()).view(rows, length);
}
