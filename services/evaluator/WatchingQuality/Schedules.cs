using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>Schedules of memories.</summary>
internal sealed class Schedules(IDbContextFactory<EvaluatorContext> contexts, OwnedMemories memories, ProbeSetStore sets, EvaluationSettings settings, TimeProvider time)
{
    private const int LeastSeconds = 60;

    public async Task<IReadOnlyList<Schedule>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Schedules.AsNoTracking().Where(s => all || s.TenantId == tenant).OrderBy(s => s.MemoryId).ToListAsync(cancellationToken);
    }

    /// <summary>Sets how often; 0 ends it.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory, or it no such probe set.</exception>
    public async Task<Schedule> SetAsync(Caller caller, Guid memory, int everySeconds, string? protocol, string? probeSet, CancellationToken cancellationToken)
    {
        if (everySeconds != 0 && everySeconds < LeastSeconds) throw new ArgumentException($"every_seconds is {everySeconds}; give {LeastSeconds} or more, or 0 to end it");
        if (protocol is not null) ScoringProtocol.Checked("protocol", protocol, forGate: false);
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        if (probeSet is not null) await sets.FindAsync(memory, probeSet, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var before = await db.Schedules.SingleOrDefaultAsync(s => s.MemoryId == memory, cancellationToken);
        var was = before is null ? null : new { before.EverySeconds, before.Protocol, before.ProbeSetId };
        var set = new Schedule { MemoryId = memory, TenantId = owned.Tenant, EverySeconds = everySeconds, Protocol = protocol ?? settings.Protocol, ProbeSetId = probeSet, NextAt = now.AddSeconds(everySeconds), SetBy = caller.Name };
        if (before is not null) db.Schedules.Remove(before);
        await db.SaveChangesAsync(cancellationToken);
        if (everySeconds > 0) db.Schedules.Add(set);
        db.Audit(owned.Tenant, caller.Name, "set schedule", memory.ToString(), memory, was, new { set.EverySeconds, set.Protocol, set.ProbeSetId }, null, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return set;
    }
}
