using System.Diagnostics;
using MindBridge.Cli.Demo;
using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// The serving path over gRPC, on the mini LLMs (those of the data folder, or untrained ones of their shape) and, without a bar for the many, on the shipped ones, which are so small that messages cost more than tokens: sixteen clients beside one, an edited LLM beside the same LLM unedited, and the same
/// seed alone and among others. Wall time, always: clients and service share the machine.
/// </summary>
internal static class ServeBenchmark
{
    private const int Rounds = 7, Clients = 16, Tokens = 64;
    private const double LeastGain = 4, LeastPerToken = 0.95, LeastFirst = 1;
    private static readonly string[] s_minis = ["mini-gpt2", "mini-llama"];

    public static Benchmark Create() => new("serve", "sixteen clients beside one, edited LLMs beside unedited ones, the same text alone and among others.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        string[] folders = [Path.Combine(DemoSettings.ShippedModels, "demo-gpt"), Path.Combine(DemoSettings.ShippedModels, "demo-llama"), .. s_minis.Select(MiniLlms.Find)];
        tell("serve: starting inference, and training a small memory for it");
        var world = ServeWorld.StartAsync(folders, cancellation).GetAwaiter().GetResult();
        try
        {
            foreach (var llm in world.Llms)
            {
                var name = $"serve-{Clients}-clients-{llm}";
                if (!BenchCommand.Wants(name)) continue;
                tell($"{name}: {Tokens} tokens a request, {Rounds} rounds each side");
                var target = new Target { Llm = llm };
                double Many() => TokensASecond(world, target, Clients, 2).GetAwaiter().GetResult();
                double One() => TokensASecond(world, target, 1, 4).GetAwaiter().GetResult();
                var (many, one) = Interleaved.Median(Many, One, Rounds, cancellation);
                yield return new Measure(name, many, one, s_minis.Contains(llm) ? LeastGain : null, "tokens/s");
            }

            foreach (var measure in Edited(world, tell, cancellation)) yield return measure;
            foreach (var llm in world.Llms)
            {
                var name = $"serve-same-text-{llm}";
                if (!BenchCommand.Wants(name)) continue;
                tell($"{name}: 48 seeds, alone and {Clients} at a time");
                yield return Same(world, name, llm).GetAwaiter().GetResult();
            }
        }
        finally
        {
            world.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static IEnumerable<Measure> Edited(ServeWorld world, Action<string> tell, CancellationToken cancellation)
    {
        if (!BenchCommand.Wants("serve-edited")) yield break;
        const int Requests = 24;
        tell($"serve-edited: {Requests} requests a round, {Rounds} rounds each side");
        var (edited, plain) = (new Target { Llm = world.EditedLlm, Memory = world.Memory }, new Target { Llm = world.EditedLlm });
        var (firsts, thens, passes, plainFirsts, plainThens) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var k = 0; k < Requests; k++)
            {
                // Every prompt is new to the service; of a prompt it knows it would keep what the memory says.
                var prompt = world.NewPrompt();
                var one = k % 2 == 0 ? TimeAsync(world, edited, prompt).GetAwaiter().GetResult() : default;
                var other = TimeAsync(world, plain, prompt).GetAwaiter().GetResult();
                if (k % 2 == 1) one = TimeAsync(world, edited, prompt).GetAwaiter().GetResult();
                var pass = world.TimeEncoderPass(prompt);
                if (round < 0 || !one.Edited) continue;
                firsts.Add(one.First);
                passes.Add(pass);
                plainFirsts.Add(other.First);
                // What ends after a few tokens tells of ending, not of tokens.
                if (one.Then is not { } then || other.Then is not { } plainThen) continue;
                thens.Add(then);
                plainThens.Add(plainThen);
            }
        }

        if (thens.Count < Requests) throw new InvalidOperationException($"{thens.Count} of {Rounds * Requests} requests were edited and long enough; nothing can be said of edited answers");
        yield return new Measure($"serve-edited-token-{world.EditedLlm}", 1 / Middle(thens), 1 / Middle(plainThens), LeastPerToken, "tokens/s");
        // What an edited request may take to its first token: the unedited one's time and one pass of the encoder. By subject, as the memory is addressed here and by default, no pass is needed.
        yield return new Measure($"serve-edited-first-token-{world.EditedLlm}", 1 / Middle(firsts), 1 / (Middle(plainFirsts) + Middle(passes)), LeastFirst, "1/s");
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> TokensASecond(ServeWorld world, Target target, int clients, int each)
    {
        var began = Stopwatch.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var tokens = 0;
            for (var k = 0; k < each; k++) tokens += (await AskAsync(world, target, world.Prompts[(client + k * clients) % world.Prompts.Count], (ulong)(client + k), 1)).Tokens;
            return tokens;
        })));
        return made.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<(string Text, int Tokens)> AskAsync(ServeWorld world, Target target, string prompt, ulong seed, double temperature)
    {
        using var call = world.Client.Generate(new GenerateRequest { Target = target, Prompt = prompt, MaxTokens = Tokens, Temperature = temperature, Seed = seed, IgnoreEnd = true }, world.Headers);
        var (text, tokens) = (new System.Text.StringBuilder(), 0);
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            text.Append(call.ResponseStream.Current.Text);
            tokens = call.ResponseStream.Current.CompletionTokens;
        }

        return (text.ToString(), tokens);
    }

    // Seconds to the first token, seconds for each that followed where there were enough, and whether the memory spoke.
    private static async Task<(double First, double? Then, bool Edited)> TimeAsync(ServeWorld world, Target target, string prompt)
    {
        var began = Stopwatch.GetTimestamp();
        using var call = world.Client.Generate(new GenerateRequest { Target = target, Prompt = prompt, MaxTokens = Tokens, Temperature = 1, Seed = 1, IgnoreEnd = true }, world.Headers);
        var (first, edited, tokens) = (0.0, false, 0);
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (first == 0) (first, edited) = (Stopwatch.GetElapsedTime(began).TotalSeconds, call.ResponseStream.Current.Edited);
            tokens = call.ResponseStream.Current.CompletionTokens;
        }

        return (first, tokens >= Tokens / 2 ? (Stopwatch.GetElapsedTime(began).TotalSeconds - first) / (tokens - 1) : null, edited);
    }

    private static async Task<Measure> Same(ServeWorld world, string name, string llm)
    {
        var target = new Target { Llm = llm };
        var asked = Enumerable.Range(0, 48).Select(i => (Prompt: world.Prompts[i % world.Prompts.Count], Seed: (ulong)i, Temperature: i % 4 == 0 ? 0 : 1.0)).ToList();
        var alone = new List<string>();
        foreach (var (prompt, seed, temperature) in asked) alone.Add((await AskAsync(world, target, prompt, seed, temperature)).Text);
        var same = 0;
        foreach (var part in asked.Zip(alone).Chunk(Clients))
        {
            var together = await Task.WhenAll(part.Select(p => AskAsync(world, target, p.First.Prompt, p.First.Seed, p.First.Temperature)));
            same += together.Zip(part).Count(p => p.First.Text == p.Second.Second);
        }

        return new Measure(name, same, asked.Count, 1, "texts");
    }
}
