using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Auditing;
using MindBridge.Platform.Tracing;

namespace MindBridge.Evaluator.Deploying;

/// <summary>What can happen to a deployment, inside the transaction of whoever makes it happen.</summary>
internal static class DeploymentRows
{
    /// <summary>The row, made where it is missing, locked until the transaction ends. On SQLite the transaction itself is the lock.</summary>
    public static async Task<Deployment> LockAsync(this EvaluatorContext db, string tenant, Guid memory, Guid llm, TimeProvider time, CancellationToken cancellationToken)
    {
        object now = db.Database.IsNpgsql() ? time.GetUtcNow() : time.GetUtcNow().UtcTicks;
        await db.Database.ExecuteSqlRawAsync(
            "INSERT INTO deployments (memory_id, llm_id, tenant_id, sequence, changed_at) VALUES ({0}, {1}, {2}, 0, {3}) ON CONFLICT DO NOTHING", [memory, llm, tenant, now], cancellationToken);
        return (await db.FindLockedAsync(memory, llm, cancellationToken))!;
    }

    /// <summary>The row, locked until the transaction ends; null where there is none.</summary>
    public static async Task<Deployment?> FindLockedAsync(this EvaluatorContext db, Guid memory, Guid llm, CancellationToken cancellationToken)
    {
        const string select = "SELECT * FROM deployments WHERE memory_id = {0} AND llm_id = {1}";
        return (await db.Deployments.FromSqlRaw(db.Database.IsNpgsql() ? select + " FOR UPDATE" : select, memory, llm).ToListAsync(cancellationToken)).SingleOrDefault();
    }

    /// <summary>A bridge becomes the champion, and the champion the previous one.</summary>
    public static void Promote(this EvaluatorContext db, Deployment deployment, string bridge, long commit, ChangeCause cause, string by, string? reason, TimeProvider time)
    {
        var before = deployment.Champion;
        db.Audit(deployment.TenantId, by, "promote", Subject(deployment), deployment.MemoryId, new { Champion = before, deployment.Previous, deployment.CanaryPercent, deployment.ShadowPercent }, new { Champion = bridge, Previous = before, cause }, reason, time.GetUtcNow());
        deployment.Previous = before;
        Serve(db, deployment, bridge, commit, cause, before, by, reason, time);
        if (deployment.Challenger == bridge) (deployment.Challenger, deployment.ChallengerCommit) = (null, null);
        db.Publish(new BridgePromoted(deployment.TenantId, deployment.MemoryId, deployment.LlmId, deployment.Sequence, bridge, before), time);
    }

    /// <summary>The previous bridge takes its place back; the one before it, if there was one, could be next.</summary>
    public static async Task RollBackAsync(this EvaluatorContext db, Deployment deployment, string by, string? reason, TimeProvider time, CancellationToken cancellationToken)
    {
        var (taken, takenCommit, back) = (deployment.Champion!, deployment.ChampionCommit, deployment.Previous!);
        var came = await db.DeploymentChanges.AsNoTracking()
            .Where(c => c.MemoryId == deployment.MemoryId && c.LlmId == deployment.LlmId && c.BridgeId == back && c.Cause != ChangeCause.RollBack)
            .OrderByDescending(c => c.Sequence).FirstAsync(cancellationToken);
        db.Audit(
            deployment.TenantId, by, "roll back", Subject(deployment), deployment.MemoryId, new { Champion = taken, deployment.Previous, deployment.CanaryPercent, deployment.ShadowPercent }, new { Champion = back, Previous = came.PreviousBridgeId }, reason,
            time.GetUtcNow());
        deployment.Previous = came.PreviousBridgeId;
        Serve(db, deployment, back, came.CommitSequence, ChangeCause.RollBack, taken, by, reason, time);
        (deployment.Challenger, deployment.ChallengerCommit) = (taken, takenCommit);
        db.Publish(new BridgeRolledBack(deployment.TenantId, deployment.MemoryId, deployment.LlmId, deployment.Sequence, back, taken), time);
    }

    /// <summary>True when the bridge was taken back once: no gate promotes it again.</summary>
    public static Task<bool> WasTakenBackAsync(this EvaluatorContext db, Deployment deployment, string bridge, CancellationToken cancellationToken) => db.DeploymentChanges.AnyAsync(
        c => c.MemoryId == deployment.MemoryId && c.LlmId == deployment.LlmId && c.Cause == ChangeCause.RollBack && c.PreviousBridgeId == bridge, cancellationToken);

    /// <summary>A deployment as the audit log names it.</summary>
    public static string Subject(this Deployment deployment) => $"{deployment.MemoryId} on {deployment.LlmId}";

    /// <summary>Names the bridge that is evaluated or held, unless one of a newer commit is, or users get another one's answers.</summary>
    public static void Challenge(this Deployment deployment, string bridge, long commit, DateTimeOffset now)
    {
        if (deployment.Champion == bridge || commit < (deployment.ChallengerCommit ?? long.MinValue)) return;
        if (deployment.Challenger == bridge || deployment.IsTried) return;
        (deployment.Challenger, deployment.ChallengerCommit, deployment.ChangedAt) = (bridge, commit, now);
        deployment.Revision++;
    }

    private static void Serve(EvaluatorContext db, Deployment deployment, string bridge, long commit, ChangeCause cause, string? before, string by, string? reason, TimeProvider time)
    {
        var now = time.GetUtcNow();
        // A trial compares with the champion that was.
        deployment.EndTrial();
        deployment.Revision++;
        (deployment.Champion, deployment.ChampionCommit, deployment.Sequence, deployment.ChangedAt, deployment.Trace) = (bridge, commit, deployment.Sequence + 1, now, TraceContext.Current.Parent);
        db.DeploymentChanges.Add(new DeploymentChange
        {
            MemoryId = deployment.MemoryId,
            LlmId = deployment.LlmId,
            Sequence = deployment.Sequence,
            Cause = cause,
            BridgeId = bridge,
            CommitSequence = commit,
            PreviousBridgeId = before,
            MadeBy = by,
            Reason = reason,
            MadeAt = now,
        });
    }
}
