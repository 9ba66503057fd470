using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.AskingForEvaluations;

/// <summary>Has a bridge scored because somebody asks: under any protocol, on any of its memory's probe sets.</summary>
internal sealed class EvaluationRequests(
    IDbContextFactory<EvaluatorContext> contexts, JobQueue<EvaluatorContext> jobs, ProbeSets sets, ProbeSetStore kept, ServiceClients services, TimeProvider time)
{
    /// <summary>A job, or the one that waits or runs for the same already.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such bridge, or its memory no such probe set.</exception>
    /// <exception cref="RefusedNowException">Nobody knows which probes were held out from it.</exception>
    public async Task<Job> StartAsync(Caller caller, string bridge, string protocol, string? probeSet, CancellationToken cancellationToken)
    {
        ScoringProtocol.Checked("protocol", protocol, forGate: false);
        var manifest = await ManifestAsync(caller, bridge, cancellationToken);
        if (probeSet is not null) await kept.FindAsync(manifest.MemoryId, probeSet, cancellationToken);
        IReadOnlyList<string> probes = probeSet is null ? await HeldOutAsync(manifest, bridge, cancellationToken) : [probeSet];
        var wanted = new EvaluateBridge(manifest.TenantId, manifest.MemoryId, manifest.LlmId, bridge, probes, protocol, EvaluationCause.Request, caller.Name);
        var prefix = $"{wanted.Key}/request/{probeSet}/";

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var same = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == EvaluateBridge.Kind && j.BusinessKey.StartsWith(prefix) && (j.State == JobState.Waiting || j.State == JobState.Running)).FirstOrDefaultAsync(cancellationToken);
        if (same is not null) return same;
        var key = prefix + Guid.NewGuid().ToString("N");
        await jobs.EnqueueAsync(db, EvaluateBridge.Kind, key, wanted, cancellationToken);
        var job = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.Kind == EvaluateBridge.Kind && j.BusinessKey == key, cancellationToken);
        db.Audit(manifest.TenantId, caller.Name, "start evaluation", job.Id.ToString(), manifest.MemoryId, null, new { Bridge = bridge, Protocol = protocol, ProbeSet = probeSet }, null, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    private async Task<BridgeManifest> ManifestAsync(Caller caller, string bridge, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = BridgeManifest.Of(await sets.ReadBytesAsync(bridge, cancellationToken));
            if (caller.MaySee(manifest.TenantId)) return manifest;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            // Another kind of artifact, or none: the same to a caller, who must not learn which.
        }

        throw new KeyNotFoundException($"there is no bridge {bridge}; list the deployments or evaluations for bridges");
    }

    private async Task<IReadOnlyList<string>> HeldOutAsync(BridgeManifest manifest, string bridge, CancellationToken cancellationToken)
    {
        var listed = await services.Bridges(manifest.TenantId).ListBridgesAsync(new Wire.ListBridgesRequest { MemoryId = manifest.MemoryId.ToString(), History = true }, cancellationToken: cancellationToken);
        if (listed.Bridges.FirstOrDefault(b => b.BridgeId == bridge) is { ProbeSetIds.Count: > 0 } found) return [.. found.ProbeSetIds];
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Evaluations.AsNoTracking().Where(e => e.BridgeId == bridge && e.Cause == EvaluationCause.Bridge && e.ProbeSetId != null).OrderByDescending(e => e.CompletedAt).Select(e => e.ProbeSetId).FirstOrDefaultAsync(cancellationToken) is { } set
            ? [set]
            : throw new RefusedNowException($"nobody knows which probes were held out from bridge {bridge}; name a probe set");
    }
}
