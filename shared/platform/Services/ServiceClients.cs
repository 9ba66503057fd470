using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Security;

namespace MindBridge.Platform.Services;

/// <summary>The other services' gRPC clients. Every call carries the service's key; HttpClient adds the current trace.</summary>
public sealed class ServiceClients(ServiceAddresses addresses) : IDisposable
{
    private readonly Lazy<GrpcChannel> registry = Channel(addresses.EditRegistry), encoders = Channel(addresses.EncoderTrainer),
        bridges = Channel(addresses.BridgeTrainer), inference = Channel(addresses.Inference), evaluator = Channel(addresses.Evaluator);

    /// <param name="tenant">For whom; null for every tenant where the call allows it.</param>
    public EditRegistry.EditRegistryClient EditRegistry(string? tenant = null) => new(Invoker(registry, tenant));

    /// <inheritdoc cref="EditRegistry"/>
    public EncoderCatalogue.EncoderCatalogueClient Encoders(string? tenant = null) => new(Invoker(encoders, tenant));

    /// <inheritdoc cref="EditRegistry"/>
    public BridgeCatalogue.BridgeCatalogueClient Bridges(string? tenant = null) => new(Invoker(bridges, tenant));

    /// <inheritdoc cref="EditRegistry"/>
    public Inference.InferenceClient Inference(string? tenant = null) => new(Invoker(inference, tenant));

    /// <inheritdoc cref="EditRegistry"/>
    public Evaluator.EvaluatorClient Evaluator(string? tenant = null) => new(Invoker(evaluator, tenant));

    public void Dispose()
    {
        foreach (var channel in (Lazy<GrpcChannel>[])[registry, encoders, bridges, inference, evaluator])
            if (channel.IsValueCreated) channel.Value.Dispose();
    }

    private static Lazy<GrpcChannel> Channel(string address) => new(() => GrpcChannel.ForAddress(address));

    private CallInvoker Invoker(Lazy<GrpcChannel> channel, string? tenant) => channel.Value.Intercept(metadata =>
    {
        metadata.Add("authorization", "Bearer " + addresses.Key);
        if (tenant is not null) metadata.Add(Caller.TenantHeader, tenant);
        return metadata;
    });
}
