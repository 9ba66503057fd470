using Grpc.Core;
using Grpc.Core.Interceptors;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.SigningIn;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>The services, called as whoever is signed in.</summary>
internal sealed class UserCalls(ServiceChannels channels, Session session)
{
    public EditRegistry.EditRegistryClient Registry => new(As(session.Key, "edit-registry"));

    public EncoderCatalogue.EncoderCatalogueClient Encoders => new(As(session.Key, "encoder-trainer"));

    public BridgeCatalogue.BridgeCatalogueClient Bridges => new(As(session.Key, "bridge-trainer"));

    public Contracts.V1.Inference.InferenceClient Inference => new(As(session.Key, "inference"));

    public Contracts.V1.Evaluator.EvaluatorClient Evaluator => new(As(session.Key, "evaluator"));

    /// <summary>Jobs and dead letters of a service, to change them.</summary>
    public Operations.OperationsClient OperationsOf(string service) => new(As(session.Key, service));

    /// <summary>
    /// The same, to read them: with the platform's key, which asks for the tenant that is signed in, because how far a training is concerns readers too, where changing it is an operator's.
    /// </summary>
    public Operations.OperationsClient ReadOperationsOf(string service) => new(As(channels.ServiceKey, service, session.Tenant));

    /// <summary>What served when, the latest first.</summary>
    public Task<IReadOnlyList<DeploymentChange>> ChangesAsync(CancellationToken cancellationToken) => IfKnownAsync(
        async () => (IReadOnlyList<DeploymentChange>)(await Evaluator.ListChangesAsync(new ListChangesRequest { Limit = 20 }, cancellationToken: cancellationToken)).Changes, []);

    /// <summary>How edits of each commit fare in each later bridge.</summary>
    public Task<Retention> RetentionAsync(string memory, string llm, CancellationToken cancellationToken) => IfKnownAsync(
        async () => await Evaluator.GetRetentionAsync(new GetRetentionRequest { MemoryId = memory, LlmId = llm }, cancellationToken: cancellationToken), new Retention());

    /// <summary>What an evaluation's encoder makes of its prompts; null where there is no such map.</summary>
    public Task<FeatureMap?> FeatureMapAsync(string evaluation, int shard, CancellationToken cancellationToken) => IfKnownAsync(
        async () => (FeatureMap?)await Evaluator.GetFeatureMapAsync(new GetFeatureMapRequest { EvaluationId = evaluation, Shard = shard }, cancellationToken: cancellationToken), null);

    /// <summary>What the evaluator raised and nobody looks after yet.</summary>
    public Task<IReadOnlyList<Alert>> AlertsAsync(CancellationToken cancellationToken) => IfKnownAsync(
        async () => (IReadOnlyList<Alert>)(await Evaluator.ListAlertsAsync(new ListAlertsRequest { Limit = 50 }, cancellationToken: cancellationToken)).Alerts, []);

    /// <summary>The services' names.</summary>
    public IEnumerable<string> Services => channels.Services;

    // While services are upgraded one after the other, an older evaluator may answer.
    private static async Task<T> IfKnownAsync<T>(Func<Task<T>> call, T otherwise)
    {
        try
        {
            return await call();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented)
        {
            return otherwise;
        }
    }

    private CallInvoker As(string key, string service, string? tenant = null) => channels.To(service).Intercept(metadata =>
    {
        metadata.Add("authorization", "Bearer " + key);
        if (tenant is not null) metadata.Add(Caller.TenantHeader, tenant);
        return metadata;
    });
}
