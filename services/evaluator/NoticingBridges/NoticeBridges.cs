using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
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
        var gates = await db.LatestGatesAsync([.. listed.Bridges.Select(b => Guid.Parse(b.MemoryId)).Distinct()], cancellationToken);
        var wanted = from bridge in listed.Bridges
                     let memory = Guid.Parse(bridge.MemoryId)
                     from protocol in gates.TryGetValue(memory, out var gate) ? gate.Gate().Protocols : [settings.Protocol]
                     select new EvaluateBridge(bridge.Tenant, memory, Guid.Parse(bridge.LlmId), bridge.BridgeId, [.. bridge.ProbeSetIds], protocol);
        var ids = listed.Bridges.Select(b => b.BridgeId).ToList();
        var done = await db.Evaluations.Where(e => e.Cause == EvaluationCause.Bridge && ids.Contains(e.BridgeId)).Select(e => new { e.BridgeId, e.Protocol }).ToListAsync(cancellationToken);
        var missing = 0;
        foreach (var job in wanted.ExceptBy(done.Select(d => (d.BridgeId, d.Protocol)), w => (w.BridgeId, w.Protocol)))
            if (await jobs.EnqueueAsync(db, EvaluateBridge.Kind, job.Key, job, cancellationToken)) missing++;
        return missing;
    }
}
