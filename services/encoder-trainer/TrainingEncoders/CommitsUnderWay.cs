using Microsoft.EntityFrameworkCore;
using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.Platform.Jobs;

namespace MindBridge.EncoderTrainer.TrainingEncoders;

/// <summary>
/// Whose turn a memory's shards have. A commit is served once every shard of it is trained, so a commit with which somebody began is finished before a later one is begun: otherwise, where commits come faster
/// than shards are trained, none would ever be whole.
/// </summary>
internal sealed class CommitsUnderWay(IDbContextFactory<EncoderContext> contexts, TimeProvider time)
{
    /// <summary>Whether a shard is to be trained by this order now: for the commit under way, which is the latest one where there was none, or ahead of it for the latest.</summary>
    /// <returns>Null when it is; else the commit that wants something else.</returns>
    public async Task<long?> SupersededByAsync(ShardToTrain shard, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var memory = await db.LockAsync(shard.MemoryId, cancellationToken);
        var underWay = await FindAsync(db, memory.MemoryId, cancellationToken);
        if (underWay is null)
        {
            (underWay, var now) = (memory.PlannedSequence, time.GetUtcNow());
            await db.Commits.Where(c => c.MemoryId == memory.MemoryId && c.Sequence == underWay).ExecuteUpdateAsync(c => c.SetProperty(x => x.BegunAt, now), cancellationToken);
        }

        var wanted = await db.Wanted.AnyAsync(
            w => w.MemoryId == memory.MemoryId && (w.Sequence == underWay || w.Sequence == memory.PlannedSequence) && w.ShardId == shard.ShardId && w.ContentHash == shard.ContentHash, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return wanted ? null : memory.PlannedSequence;
    }

    // The first that was begun, is not whole, and can become so: what is parked or was called off waits for an operator, and the memory does not.
    private static async Task<long?> FindAsync(EncoderContext db, Guid memory, CancellationToken cancellationToken)
    {
        var missing = await db.Wanted.AsNoTracking()
            .Where(w => w.MemoryId == memory && db.Commits.Any(c => c.MemoryId == memory && c.Sequence == w.Sequence && c.BegunAt != null) && !db.Encoders.Any(e => e.ShardId == w.ShardId && e.ContentHash == w.ContentHash))
            .ToListAsync(cancellationToken);
        foreach (var commit in missing.GroupBy(w => w.Sequence).OrderBy(c => c.Key))
        {
            var keys = commit.Select(w => TrainEncoder.KeyOf(w.ShardId, w.ContentHash)).ToList();
            var going = await db.Set<Job>().CountAsync(j => j.Kind == TrainEncoder.JobKind && keys.Contains(j.BusinessKey) && (j.State == JobState.Waiting || j.State == JobState.Running), cancellationToken);
            if (going == keys.Count) return commit.Key;
        }

        return null;
    }
}
