using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>Has what answers users, a canary's challenger too, scored again when its memory's schedule says so.</summary>
internal sealed class KeepSchedules(IDbContextFactory<EvaluatorContext> contexts, JobQueue<EvaluatorContext> jobs, ServiceClients services, EvaluationSettings settings, TimeProvider time) : IReconcile
{
    public string What => "evaluations that were due";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (now, begun) = (time.GetUtcNow(), 0);
        foreach (var due in await db.Schedules.AsNoTracking().Where(s => s.NextAt <= now).ToListAsync(cancellationToken)) begun += await BeginAsync(db, due, now, cancellationToken);
        return begun;
    }

    private async Task<int> BeginAsync(EvaluatorContext db, Schedule due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sets = due.ProbeSetId is not null ? null : (await services.Bridges(due.TenantId).ListBridgesAsync(new Wire.ListBridgesRequest { MemoryId = due.MemoryId.ToString(), History = true }, cancellationToken: cancellationToken)).Bridges;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Replicas that find it due at once: one moves it on, and begins what is due.
        var mine = await db.Schedules.Where(s => s.MemoryId == due.MemoryId && s.NextAt == due.NextAt).ExecuteUpdateAsync(s => s.SetProperty(x => x.NextAt, now.AddSeconds(due.EverySeconds)), cancellationToken);
        var begun = 0;
        if (mine == 1)
        {
            foreach (var deployment in await db.Deployments.AsNoTracking().Where(d => d.MemoryId == due.MemoryId && d.Champion != null).ToListAsync(cancellationToken))
            {
                foreach (var bridge in (string[])[deployment.Champion!, .. deployment is { CanaryPercent: > 0, Challenger: { } challenger } ? [challenger] : Array.Empty<string>()])
                {
                    IReadOnlyList<string> probes = due.ProbeSetId is { } id ? [id] : [.. sets!.FirstOrDefault(b => b.BridgeId == bridge)?.ProbeSetIds ?? []];
                    if (probes.Count == 0) continue;
                    var job = new EvaluateBridge(due.TenantId, due.MemoryId, deployment.LlmId, bridge, probes, due.Protocol ?? settings.Protocol, EvaluationCause.Schedule, due.SetBy);
                    if (await jobs.EnqueueAsync(db, EvaluateBridge.Kind, $"{job.Key}/schedule/{due.NextAt.UtcTicks}", job, cancellationToken)) begun++;
                }
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return begun;
    }
}
