using MindBridge.Inference.LoadingLlms;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>Asks the evaluator who shall serve, at start and on a timer: an event that got lost delays a swap, no more.</summary>
internal sealed class FollowDeployments(ServiceClients services, LlmCatalogue catalogue, Champions champions, Deployments deployments) : IReconcile
{
    public string What => "LLM versions that serve no more";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        var listed = await services.Evaluator().ListDeploymentsAsync(new Wire.ListDeploymentsRequest(), cancellationToken: cancellationToken);
        if (!catalogue.IsRead) await catalogue.ReadAsync(cancellationToken);
        deployments.Know(listed.Deployments);
        champions.WantAll(listed.Deployments
            .Where(d => d.Champion.Length > 0)
            .Select(d => new Promotion(d.Tenant, Guid.Parse(d.MemoryId), Guid.Parse(d.LlmId), d.Sequence, d.Champion, d.Trace.Length > 0 ? d.Trace : null))
            .Where(p => catalogue.Has(p.LlmId)));
        return await champions.CloseAsync(catalogue.Has);
    }
}
