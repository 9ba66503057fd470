using System.Collections.Concurrent;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Inference.LoadingLlms;
using MindBridge.ServingWorld;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace MindBridge.Inference.Tests.RunningBatches;

[Collection(nameof(Alone))]
public sealed class When_many_run_at_once(Platform platform)
{
    // The same test with MINDBRIDGE_SOAK=100000 takes about five minutes on two cores. Only so many tell whether waits and memory grow.
    private const int ManyRequests = 20_000;
    private const double MostGrowth = 2;
    private const long MostMoreBytes = 64L << 20;
    private static readonly int s_requests = int.TryParse(Environment.GetEnvironmentVariable("MINDBRIDGE_SOAK"), out var requests) ? requests : 2000;
    private static readonly Target s_llm = new() { Llm = ServingPlatform.Llm };
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_say_the_same_as_alone_edited_and_not_whatever_the_company()
    {
        var serving = platform.Serving;
        var (facts, others) = (await tenant.MemoryAsync("facts"), await tenant.MemoryAsync("others"));
        await serving.ServingAsync(tenant, facts, serving.World.First);
        await serving.ServingAsync(tenant, others, serving.World.Second);
        Target[] targets = [s_llm, new() { Llm = ServingPlatform.Llm, Memory = "facts" }, new() { Llm = ServingPlatform.Llm, Memory = "others" }];
        var asked = Enumerable.Range(0, 60).Select(i => new GenerateRequest
        {
            Target = targets[i % 3], Prompt = (i % 5 == 0 ? "It is known: " : "") + serving.World.Edits[i % 10].Prompt, MaxTokens = 4 + i % 40,
            Temperature = i % 4 == 0 ? 0 : 1.2, TopK = i % 7 == 0 ? 20 : 0, TopP = i % 3 == 0 ? 0.9 : 0, Seed = (ulong)i, IgnoreEnd = i % 2 == 0,
        }).ToList();

        // Each alone first, on a service that has read none of the prompts; then all at once on another such.
        var alone = new List<(string Text, bool Edited)>();
        await OnAReplicaAsync(async client =>
        {
            foreach (var request in asked) alone.Add(await TextAsync(client, request));
        });
        IReadOnlyList<(string Text, bool Edited)> together = [];
        await OnAReplicaAsync(async client => together = await Task.WhenAll(asked.Select(r => TextAsync(client, r))));

        together.ShouldBe(alone);
        together.Count(t => t.Edited).ShouldBeGreaterThan(10);
        together.Count(t => !t.Edited).ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Should_go_on_unhurt_after_thousands_of_requests_many_of_them_cancelled()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        await serving.ServingAsync(tenant, memory, serving.World.First);
        var address = ServingPlatform.FreeAddress();
        var replica = await serving.RunAsync(serving.Inference(address, "--Inference:KeptPrompts=64"));
        var client = new Contracts.V1.Inference.InferenceClient(serving.Channel(address));
        Target[] targets = [s_llm, new() { Llm = ServingPlatform.Llm, Memory = memory.ToString() }];
        await Eventually.HoldsAsync(async () => (await CodeAsync(client, new GenerateRequest { Target = targets[1], Prompt = "The", MaxTokens = 1 })) is StatusCode.OK, "the replica answers");
        using var llm = await replica.Services.GetRequiredService<LlmCatalogue>().UseAsync((await replica.Services.GetRequiredService<LlmCatalogue>().FindAsync(ServingPlatform.Llm, CancellationToken.None)), CancellationToken.None);
        var engine = llm.Value.Engine;

        var (codes, next, early, earlyBytes) = (new ConcurrentDictionary<StatusCode, int>(), 0, 0L, 0L);
        var waits = new ConcurrentQueue<(int Number, double Seconds)>();
        async Task ClientAsync(int number)
        {
            var random = new Random(number);
            for (var i = Interlocked.Increment(ref next); i <= s_requests; i = Interlocked.Increment(ref next))
            {
                if (i == s_requests / 4) (early, earlyBytes) = (await LeastTensorsAsync(), ResidentBytes());
                using var cancel = new CancellationTokenSource();
                var leaves = random.Next(3) == 0;
                if (leaves) cancel.CancelAfter(random.Next(0, 30));
                var began = System.Diagnostics.Stopwatch.GetTimestamp();
                var code = await CodeAsync(client, new GenerateRequest
                {
                    Target = targets[random.Next(2)], Prompt = random.Next(2) == 0 ? serving.World.Edits[random.Next(10)].Prompt : $"The number {random.Next(1000)} is", MaxTokens = random.Next(1, 12), Temperature = random.Next(2), Seed = (ulong)i,
                }, cancel.Token);
                codes.AddOrUpdate(code, 1, (_, n) => n + 1);
                if (!leaves) waits.Enqueue((i, System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 24).Select(ClientAsync));
        await Eventually.HoldsAsync(() => Task.FromResult(engine.FreeSlots == engine.Slots && engine.Waiting == 0), "every slot is free again", seconds: 10);
        var (late, lateBytes) = (await LeastTensorsAsync(), ResidentBytes());
        var (first, last) = (CalmestP99(waits.Where(w => w.Number <= s_requests / 2)), CalmestP99(waits.Where(w => w.Number > s_requests / 2)));
        await serving.EndAsync(replica);

        TestContext.Current.SendDiagnosticMessage($"{s_requests} requests, {string.Join(", ", codes.Select(c => $"{c.Key} {c.Value}"))}; tensors {early} then {late}, {earlyBytes >> 20} then {lateBytes >> 20} MB; p99 {first:0.000} s in the first half, {last:0.000} s in the second");
        codes.Keys.ShouldBeSubsetOf([StatusCode.OK, StatusCode.Cancelled]);
        codes[StatusCode.OK].ShouldBeGreaterThan(s_requests / 2);
        codes[StatusCode.Cancelled].ShouldBeGreaterThan(0);
        late.ShouldBeLessThanOrEqualTo(early + 20, "what a request leaves behind must be nothing");
        if (s_requests < ManyRequests) return;
        last.ShouldBeLessThan(first * MostGrowth, "nobody waits longer for those who asked before");
        lateBytes.ShouldBeLessThan(earlyBytes + MostMoreBytes, "three quarters of the requests leave no memory behind");
    }

    [Fact]
    public async Task Should_end_what_takes_too_long_with_its_status()
    {
        var (client, replica) = await ReplicaAsync("--Inference:Slots=1", "--Inference:LongestRequest=00:00:00.001");

        (await CodeAsync(client, new GenerateRequest { Target = s_llm, Prompt = "Austria", MaxTokens = 240, IgnoreEnd = true })).ShouldBe(StatusCode.DeadlineExceeded);

        await platform.Serving.EndAsync(replica);
    }

    [Fact]
    public async Task Should_run_with_half_the_memory_as_well()
    {
        var (client, replica) = await ReplicaAsync("--Inference:ComputeType=BFloat16");

        (await TextAsync(client, new GenerateRequest { Target = s_llm, Prompt = "The capital of Austria is", MaxTokens = 4 })).Text.ShouldStartWith(" Vienna");

        await platform.Serving.EndAsync(replica);
    }

    private async Task OnAReplicaAsync(Func<Contracts.V1.Inference.InferenceClient, Task> work)
    {
        var (client, replica) = await ReplicaAsync();
        await Eventually.HoldsAsync(async () => (await client.ListServedAsync(new ListServedRequest(), tenant.Headers)).Served.Count == 2, "the replica serves both memories");
        await work(client);
        await platform.Serving.EndAsync(replica);
    }

    private async Task<(Contracts.V1.Inference.InferenceClient Client, WebApplication Replica)> ReplicaAsync(params string[] settings)
    {
        var address = ServingPlatform.FreeAddress();
        var replica = await platform.Serving.RunAsync(platform.Serving.Inference(address, settings));
        return (new Contracts.V1.Inference.InferenceClient(platform.Serving.Channel(address)), replica);
    }

    private async Task<(string Text, bool Edited)> TextAsync(Contracts.V1.Inference.InferenceClient client, GenerateRequest request)
    {
        var pieces = await tenant.PiecesAsync(request, at: client);
        return (string.Concat(pieces.Select(p => p.Text)), pieces[0].Edited);
    }

    private async Task<StatusCode> CodeAsync(Contracts.V1.Inference.InferenceClient client, GenerateRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            await tenant.PiecesAsync(request, cancellationToken, client);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
        catch (OperationCanceledException)
        {
            return StatusCode.Cancelled;
        }
    }

    // Of the calmest twentieth: who else uses the machine disturbs some of them, and what grows with the requests is there in all.
    private static double CalmestP99(IEnumerable<(int Number, double Seconds)> waits) => waits.GroupBy(w => (w.Number - 1) * 20L / s_requests).Min(P99);

    private static double P99(IEnumerable<(int Number, double Seconds)> waits)
    {
        var sorted = waits.Select(w => w.Seconds).Order().ToList();
        return sorted[(int)(sorted.Count * 0.99)];
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    // The least of a while: what requests in flight hold comes and goes.
    private static async Task<long> LeastTensorsAsync()
    {
        var least = long.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            least = Math.Min(least, torch.Tensor.TotalCount);
            await Task.Delay(2);
        }

        return least;
    }
}
