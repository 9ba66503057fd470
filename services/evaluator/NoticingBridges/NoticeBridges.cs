using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.NoticingBridges;

/// <summary>Asks which bridges exist, and has those evaluated that are not: what no event told of.</summary>
internal sealed class NoticeBridges(ServiceClients services, IDbContextFactory<EvaluatorContext> contexts, JobQueue<EvaluatorContext> jobs, EvaluationSettings settings) : IReconcile
{
    public string What => "bridges without an evaluation";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        var listed = await services.Bridges().ListBridgesAsync(new Wire.ListBridgesRequest(), cancellationToken: cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var wanted = listed.Bridges.Select(b => new EvaluateBridge(b.Tenant, Guid.Parse(b.MemoryId), Guid.Parse(b.LlmId), b.BridgeId, [.. b.ProbeSetIds], settings.Protocol)).ToList();
        var ids = wanted.Select(w => w.BridgeId).ToList();
        var done = await db.Evaluations.Where(e => e.Protocol == settings.Protocol && ids.Contains(e.BridgeId)).Select(e => e.BridgeId).ToListAsync(cancellationToken);
        var missing = 0;
        foreach (var job in wanted.ExceptBy(done, w => w.BridgeId))
            if (await jobs.EnqueueAsync(db, EvaluateBridge.Kind, job.Key, job, cancellationToken)) missing++;
        return missing;
    }
}
