using System.Net;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Inference.Tests.WarmingUp;

public sealed class When_a_replica_starts(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_be_ready_once_it_has_run_what_is_in_service_and_not_before()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await platform.Serving.ServingAsync(tenant, memory, platform.Serving.World.First);
        var rest = ServingPlatform.FreeAddress();
        using var http = new HttpClient { BaseAddress = new Uri(rest) };

        var replica = await platform.Serving.RunAsync(platform.Serving.Inference(ServingPlatform.FreeAddress(), $"--Kestrel:Endpoints:Rest:Url={rest}"));
        await Eventually.HoldsAsync(async () => (await http.GetAsync("/health/ready")).StatusCode is HttpStatusCode.OK, "the replica is ready");

        // At the first moment that it says so.
        var (catalogue, bridges) = (replica.Services.GetRequiredService<LlmCatalogue>(), replica.Services.GetRequiredService<LoadedBridges>());
        bridges.Has(bridge).ShouldBeTrue();
        using var llm = await catalogue.UseAsync(await catalogue.FindAsync(ServingPlatform.Llm, CancellationToken.None), CancellationToken.None);
        llm.Value.Engine.Count.Tokens.ShouldBeGreaterThan(0, "the LLM has written");
        using var served = await bridges.UseAsync(bridge, CancellationToken.None);
        served.Value.Preparation.Count.Prompts.ShouldBeGreaterThan(0, "the encoder has read");
        await platform.Serving.EndAsync(replica);
    }
}
