using MindBridge.Platform.Reconciling;

namespace MindBridge.Inference.LoadingLlms;

/// <summary>Reads the catalogue at start and on a timer.</summary>
internal sealed class FollowCatalogue(LlmCatalogue catalogue) : IReconcile
{
    public string What => "LLM versions in service";

    public Task<int> ReconcileAsync(CancellationToken cancellationToken) => catalogue.ReadAsync(cancellationToken);
}
