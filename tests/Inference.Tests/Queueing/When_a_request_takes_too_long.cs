using System.Diagnostics;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.ServingWorld;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Inference.Tests.Queueing;

/// <summary>On a replica whose requests have a moment, and whose encoder or LLM the test keeps busy.</summary>
public sealed class When_a_request_takes_too_long(Platform platform) : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Tenant tenant = platform.Serving.NewTenant();
    private readonly ManualResetEventSlim over = new();
    private Contracts.V1.Inference.InferenceClient client = null!;
    private WebApplication replica = null!;
    private Target target = null!;
    private string bridge = "";

    public async ValueTask InitializeAsync()
    {
        var memory = await tenant.MemoryAsync();
        bridge = await platform.Serving.ServingAsync(tenant, memory, platform.Serving.World.First);
        target = new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString(), BridgeId = bridge };
        var address = ServingPlatform.FreeAddress();
        replica = await platform.Serving.RunAsync(platform.Serving.Inference(address, "--Inference:LongestRequest=00:00:01", "--Inference:MostWaiting=1"));
        client = new Contracts.V1.Inference.InferenceClient(platform.Serving.Channel(address));
        await Eventually.HoldsAsync(async () => await CodeAsync(ExplainAsync) is StatusCode.OK, "the replica answers");
    }

    public async ValueTask DisposeAsync()
    {
        over.Set();
        await platform.Serving.EndAsync(replica);
    }

    [Fact]
    public async Task Should_end_in_time_though_its_prompt_is_still_being_read()
    {
        using var encoder = await replica.Services.GetRequiredService<LoadedBridges>().UseAsync(bridge, CancellationToken.None);
        await HoldAsync(encoder.Value.Encoders[0].Gate);

        var began = Stopwatch.GetTimestamp();
        (await CodeAsync(ExplainAsync)).ShouldBe(StatusCode.DeadlineExceeded);
        (await CodeAsync(() => MapAsync())).ShouldBe(StatusCode.DeadlineExceeded);
        Stopwatch.GetElapsedTime(began).ShouldBeInRange(TimeSpan.FromSeconds(2), s_patience);

        over.Set();
        await Eventually.HoldsAsync(async () => await CodeAsync(() => MapAsync()) is StatusCode.OK, "what was left behind does no harm");
    }

    [Fact]
    public async Task Should_let_maps_wait_in_a_queue_that_has_an_end()
    {
        using var encoder = await replica.Services.GetRequiredService<LoadedBridges>().UseAsync(bridge, CancellationToken.None);
        await HoldAsync(encoder.Value.Encoders[0].Gate);

        var codes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CodeAsync(() => MapAsync())));

        // One reads, one waits, and there is room for no more.
        codes.Order().ShouldBe([StatusCode.DeadlineExceeded, StatusCode.DeadlineExceeded, StatusCode.ResourceExhausted, StatusCode.ResourceExhausted]);
    }

    [Fact]
    public async Task Should_refuse_a_map_of_more_text_than_an_encoder_is_kept_busy_with() =>
        (await Should.ThrowAsync<RpcException>(() => MapAsync(count: 70, length: 16_000))).Status.Detail.ShouldBe("the prompts have 1120000 characters together; give at most 1048576");

    [Fact]
    public async Task Should_end_a_turn_of_scores_in_time_and_a_stream_that_says_nothing_more()
    {
        var catalogue = replica.Services.GetRequiredService<LlmCatalogue>();
        using var llm = await catalogue.UseAsync(await catalogue.FindAsync(ServingPlatform.Llm, CancellationToken.None), CancellationToken.None);
        (await CodeAsync(() => ScoreAsync(ends: true))).ShouldBe(StatusCode.OK);
        (await CodeAsync(() => ScoreAsync(ends: false))).ShouldBe(StatusCode.DeadlineExceeded);

        var busy = llm.Value.Engine.TakeTurnAsync("somebody else", () => over.Wait(s_patience), CancellationToken.None);
        (await CodeAsync(() => ScoreAsync(ends: true))).ShouldBe(StatusCode.DeadlineExceeded);
        over.Set();
        (await busy).ShouldBeTrue();
    }

    private async Task HoldAsync(Lock gate)
    {
        var held = new TaskCompletionSource();
        // A lock is its thread's.
        new Thread(() =>
        {
            lock (gate)
            {
                held.SetResult();
                over.Wait(s_patience);
            }
        }).Start();
        await held.Task;
    }

    private async Task ExplainAsync() => await client.ExplainAsync(new ExplainRequest { Target = target, Prompt = $"{platform.Serving.World.Edits[0].Prompt} {Guid.NewGuid()}" }, tenant.Headers);

    private async Task MapAsync(int count = 1, int length = 10) =>
        await client.MapFeaturesAsync(new MapFeaturesRequest { Target = target, Prompts = { Enumerable.Repeat(new MappedPrompt { Prompt = new string('a', length) }, count) } }, tenant.Headers);

    private async Task ScoreAsync(bool ends)
    {
        using var call = client.Score(tenant.Headers);
        await call.RequestStream.WriteAsync(new ScoreRequest { Target = target, Protocol = "generate-exact", Probes = { new Probe { Kind = ProbeKind.Reliability, Prompt = "The capital of Austria is", Answer = "Vienna" } } });
        if (ends) await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }

    private static async Task<StatusCode> CodeAsync(Func<Task> call)
    {
        try
        {
            await call().WaitAsync(s_patience);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
