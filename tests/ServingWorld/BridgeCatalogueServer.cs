using System.Collections.Concurrent;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MindBridge.ServingWorld;

/// <summary>The bridge trainer's catalogue over real gRPC; tests say what it lists.</summary>
public sealed class BridgeCatalogueServer : BridgeCatalogue.BridgeCatalogueBase
{
    private readonly ConcurrentDictionary<string, TrainedBridge> bridges = new(StringComparer.Ordinal);

    /// <summary>Lists a bridge from now on.</summary>
    public void Add(TrainedBridge bridge) => bridges[bridge.BridgeId] = bridge;

    /// <inheritdoc/>
    public override Task<ListBridgesReply> ListBridges(ListBridgesRequest request, ServerCallContext context) => Task.FromResult(new ListBridgesReply { Bridges = { bridges.Values } });

    internal WebApplication Host(string grpc, IEnumerable<string> security)
    {
        var builder = WebApplication.CreateBuilder(["--Kestrel:Endpoints:Grpc:Url=" + grpc, "--Kestrel:Endpoints:Grpc:Protocols=Http2", "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0", .. security]);
        builder.Logging.ClearProviders();
        builder.AddMindBridgeDefaults("bridge-catalogue");
        builder.Services.AddSingleton(this);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcService<BridgeCatalogueServer>();
        return app;
    }
}
