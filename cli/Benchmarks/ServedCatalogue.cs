using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MindBridge.Cli.Benchmarks;

/// <summary>What inference asks of the other services, answered from memory: which LLMs are in service, and which bridge serves which memory.</summary>
internal sealed class ServedCatalogue
{
    public List<LlmVersion> Llms { get; } = [];

    public List<Deployment> Deployments { get; } = [];

    public async Task<WebApplication> StartAsync(string address, IEnumerable<string> security)
    {
        var builder = WebApplication.CreateBuilder(["--Kestrel:Endpoints:Grpc:Url=" + address, "--Kestrel:Endpoints:Grpc:Protocols=Http2", .. security]);
        builder.Logging.ClearProviders();
        builder.AddMindBridgeDefaults("catalogue");
        builder.Services.AddSingleton(this);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcService<Registry>();
        app.MapGrpcService<Promotions>();
        await app.StartAsync();
        return app;
    }

    private sealed class Registry(ServedCatalogue catalogue) : Contracts.V1.EditRegistry.EditRegistryBase
    {
        public override Task<ListLlmsReply> ListLlms(ListLlmsRequest request, ServerCallContext context) => Task.FromResult(new ListLlmsReply { Llms = { catalogue.Llms } });
    }

    private sealed class Promotions(ServedCatalogue catalogue) : Contracts.V1.Evaluator.EvaluatorBase
    {
        public override Task<ListDeploymentsReply> ListDeployments(ListDeploymentsRequest request, ServerCallContext context) => Task.FromResult(new ListDeploymentsReply { Deployments = { catalogue.Deployments } });
    }
}
