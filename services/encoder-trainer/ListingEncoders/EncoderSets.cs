using Microsoft.EntityFrameworkCore;
using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.EncoderTrainer.TrainingEncoders;

namespace MindBridge.EncoderTrainer.ListingEncoders;

/// <summary>A commit of which every shard is trained.</summary>
internal sealed record WholeCommit(string Tenant, PlannedCommit Commit, IReadOnlyList<(WantedShard Wanted, ShardEncoder Encoder)> Parts);

/// <summary>Finds what should be bridged.</summary>
internal sealed class EncoderSets(IDbContextFactory<EncoderContext> contexts)
{
    /// <param name="tenant">Whose; null for every tenant's.</param>
    /// <param name="memory">Of which memory; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<WholeCommit>> ListAsync(string? tenant, Guid? memory, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var commits = await (
            from commit in db.Commits.AsNoTracking()
            join owner in db.Memories on commit.MemoryId equals owner.MemoryId
            where (tenant == null || owner.TenantId == tenant) && (memory == null || owner.MemoryId == memory)
                && !db.Wanted.Any(w => w.MemoryId == commit.MemoryId && w.Sequence == commit.Sequence && !db.Encoders.Any(e => e.ShardId == w.ShardId && e.ContentHash == w.ContentHash))
            select new { owner.TenantId, Commit = commit }).ToListAsync(cancellationToken);
        var sets = new List<WholeCommit>();
        foreach (var latest in commits.GroupBy(found => found.Commit.MemoryId).Select(found => found.MaxBy(f => f.Commit.Sequence)!).OrderBy(found => found.Commit.MemoryId))
        {
            var parts = await (
                from wanted in db.Wanted.AsNoTracking()
                join encoder in db.Encoders.AsNoTracking() on new { wanted.ShardId, wanted.ContentHash } equals new { encoder.ShardId, encoder.ContentHash }
                where wanted.MemoryId == latest.Commit.MemoryId && wanted.Sequence == latest.Commit.Sequence && encoder.EncoderId != null
                orderby wanted.Place
                select new { Wanted = wanted, Encoder = encoder }).ToListAsync(cancellationToken);
            sets.Add(new WholeCommit(latest.TenantId, latest.Commit, [.. parts.Select(part => (part.Wanted, part.Encoder))]));
        }

        return sets;
    }
}
