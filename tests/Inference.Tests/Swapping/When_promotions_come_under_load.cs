using System.Collections.Concurrent;
using System.Diagnostics;
using MindBridge.Contracts.V1;
using MindBridge.Inference.LoadingBridges;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace MindBridge.Inference.Tests.Swapping;

[Collection(nameof(Alone))]
public sealed class When_promotions_come_under_load(Platform platform)
{
    // The same test with MINDBRIDGE_SWAPS=1000 is a matter of minutes.
    private static readonly int s_swaps = int.TryParse(Environment.GetEnvironmentVariable("MINDBRIDGE_SWAPS"), out var swaps) ? swaps : 200;
    // What operators are promised of a roll-back.
    private static readonly TimeSpan s_mostForRollBack = TimeSpan.FromSeconds(5);
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_drop_no_request_mix_no_pair_and_leak_nothing()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        // Nothing is kept that nobody uses: a bridge is let go of when inference next looks, and is loaded again when it serves again.
        var address = ServingPlatform.FreeAddress();
        var replica = await serving.RunAsync(serving.Inference(address, "--Inference:KeptBridges=0", "--Inference:KeptEncoders=0"));
        var client = new Contracts.V1.Inference.InferenceClient(serving.Channel(address));
        var first = await serving.ServingAsync(tenant, memory, serving.World.First);
        var second = await serving.ServingAsync(tenant, memory, serving.World.Second, commit: 2);
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal) { [first] = serving.World.First.Encoder, [second] = serving.World.Second.Encoder };
        var edits = serving.World.Edits.Take(6).ToList();
        // Each bridge's own answers, when nothing else happens.
        var expected = new ConcurrentDictionary<(string Bridge, string Prompt), string>();
        foreach (var bridge in pairs.Keys)
            foreach (var edit in edits) expected[(bridge, edit.Prompt)] = (await tenant.AskAsync(edit.Prompt, memory, bridge)).Text;
        await Eventually.HoldsAsync(async () => await SequenceAsync(client, memory) > 0, "the replica finds the champion");

        using var stop = new CancellationTokenSource();
        var (answers, seen) = (0, new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var clients = Enumerable.Range(0, 4).Select(c => Task.Run(async () =>
        {
            for (var i = c; !stop.IsCancellationRequested; i++)
            {
                var edit = edits[i % edits.Count];
                var answer = await tenant.AskAsync(edit.Prompt, memory, at: client);
                answer.Encoders.ShouldBe([pairs[answer.Bridge]]);
                answer.Text.ShouldBe(expected[(answer.Bridge, edit.Prompt)]);
                Interlocked.Increment(ref answers);
                seen.AddOrUpdate(answer.Bridge, 1, (_, n) => n + 1);
            }
        })).ToList();

        var sequence = (await tenant.DeploymentAsync(memory))!.Sequence;
        var (quarter, slowest, slowestBack) = (0L, TimeSpan.Zero, TimeSpan.Zero);
        for (var swap = 1; swap <= s_swaps; swap++)
        {
            var began = Stopwatch.GetTimestamp();
            var changed = swap % 2 == 1
                ? await tenant.Evaluator.RollBackAsync(new RollBackRequest { MemoryId = memory.ToString(), LlmId = serving.LlmId.ToString(), Reason = "a test" }, tenant.AsOperator)
                : await tenant.Evaluator.PromoteAsync(new PromoteRequest { MemoryId = memory.ToString(), LlmId = serving.LlmId.ToString(), BridgeId = second }, tenant.AsOperator);
            changed.Sequence.ShouldBe(sequence + swap);
            // From the call to an answer.
            if (swap % 10 is 0 or 1)
            {
                await Eventually.HoldsAsync(async () => await SequenceAsync(client, memory) == sequence + swap, $"inference follows to change {sequence + swap}");
                (await tenant.AskAsync(edits[0].Prompt, memory, at: client)).Bridge.ShouldBe(changed.Champion);
                var took = Stopwatch.GetElapsedTime(began);
                if (swap % 2 == 1) slowestBack = took > slowestBack ? took : slowestBack;
                else slowest = took > slowest ? took : slowest;
            }

            await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref answers) >= swap / 2 || clients.Exists(c => c.IsFaulted)), "answers come while bridges change");
            if (swap == s_swaps / 4) quarter = await TensorsAsync();
        }

        var atTheEnd = await TensorsAsync();
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        var (loaded, champion) = (replica.Services.GetRequiredService<LoadedBridges>(), (await tenant.DeploymentAsync(memory))!.Champion);
        await Eventually.HoldsAsync(() => Task.FromResult(loaded.Has(champion) && !loaded.Has(pairs.Keys.Single(b => b != champion))), "the bridge that serves no more is let go of", seconds: 20);
        await serving.EndAsync(replica);

        answers.ShouldBeGreaterThanOrEqualTo(s_swaps / 2);
        seen.Keys.ShouldBe(pairs.Keys, ignoreOrder: true);
        slowestBack.ShouldBeLessThan(s_mostForRollBack, "a roll-back takes effect within seconds, whatever is asked meanwhile");
        atTheEnd.ShouldBeLessThanOrEqualTo(quarter + 20, "what a swap leaves behind must be nothing");
        TestContext.Current.SendDiagnosticMessage($"{s_swaps} swaps, {answers} answers, tensors {quarter} then {atTheEnd}, the slowest of {s_swaps / 10} promotions took effect within {slowest.TotalSeconds:0.00} s, of as many roll-backs within {slowestBack.TotalSeconds:0.00} s");
    }

    // The least of a while: what requests in flight hold comes and goes.
    private static async Task<long> TensorsAsync()
    {
        var least = long.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            least = Math.Min(least, torch.Tensor.TotalCount);
            await Task.Delay(2);
        }

        return least;
    }

    private async Task<long> SequenceAsync(Contracts.V1.Inference.InferenceClient client, Guid memory) =>
        (await client.ListServedAsync(new ListServedRequest(), tenant.Headers)).Served.SingleOrDefault(s => s.MemoryId == memory.ToString())?.Sequence ?? 0;
}
