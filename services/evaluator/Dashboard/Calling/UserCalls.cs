using Grpc.Core;
using Grpc.Core.Interceptors;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.SigningIn;

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
    /// The same, to read them: with the platform's key, because how far a training is concerns readers too, where changing it is an operator's. Whoever uses it shows what is of the
    /// caller's tenant, and nothing else.
    /// </summary>
    public Operations.OperationsClient ReadOperationsOf(string service) => new(As(channels.ServiceKey, service));

    /// <summary>The services' names.</summary>
    public IEnumerable<string> Services => channels.Services;

    private CallInvoker As(string key, string service) => channels.To(service).Intercept(metadata =>
    {
        metadata.Add("authorization", "Bearer " + key);
        return metadata;
    });
}
