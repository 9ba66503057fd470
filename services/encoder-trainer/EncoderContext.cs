using Microsoft.EntityFrameworkCore;
using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Databases;

namespace MindBridge.EncoderTrainer;

/// <summary>The tables of the encoder-trainer: which fact is in which shard, what every shard should hold, and the encoders that were trained.</summary>
public sealed class EncoderContext(DbContextOptions<EncoderContext> options) : PlatformContext(options)
{
    /// <summary>The schema's name.</summary>
    public const string Schema = "encoder_trainer";

    internal DbSet<PlannedMemory> Memories => Set<PlannedMemory>();

    internal DbSet<MemoryShard> Shards => Set<MemoryShard>();

    internal DbSet<ShardFact> Facts => Set<ShardFact>();

    internal DbSet<PlannedCommit> Commits => Set<PlannedCommit>();

    internal DbSet<WantedShard> Wanted => Set<WantedShard>();

    internal DbSet<ShardEncoder> Encoders => Set<ShardEncoder>();

    internal DbSet<QuarantinedEdit> Quarantined => Set<QuarantinedEdit>();

    /// <summary>What of the wanted shards of a memory's latest planned commit has no encoder yet.</summary>
    internal IQueryable<WantedShard> Missing => Wanted.Where(wanted =>
        Memories.Any(memory => memory.MemoryId == wanted.MemoryId && memory.PlannedSequence == wanted.Sequence)
        && !Encoders.Any(encoder => encoder.ShardId == wanted.ShardId && encoder.ContentHash == wanted.ContentHash));

    /// <summary>A memory's row, which nobody else changes until the transaction ends.</summary>
    internal async Task<PlannedMemory> LockAsync(Guid memory, CancellationToken cancellationToken) => (await Memories
        .FromSqlRaw(Database.IsNpgsql() ? "SELECT * FROM memories WHERE memory_id = {0} FOR UPDATE" : "SELECT * FROM memories WHERE memory_id = {0}", memory).ToListAsync(cancellationToken)).Single();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<PlannedMemory>().ToTable("memories").HasKey(m => m.MemoryId);
        model.Entity<MemoryShard>().ToTable("shards");
        model.Entity<ShardFact>().ToTable("shard_facts").HasKey(f => new { f.MemoryId, f.FactId });
        model.Entity<PlannedCommit>().ToTable("planned_commits").HasKey(c => new { c.MemoryId, c.Sequence });
        model.Entity<WantedShard>().ToTable("wanted_shards").HasKey(w => new { w.MemoryId, w.Sequence, w.ShardId });
        model.Entity<ShardEncoder>().ToTable("encoders").HasKey(e => new { e.ShardId, e.ContentHash });
        model.Entity<QuarantinedEdit>().ToTable("quarantined_edits").HasKey(q => new { q.MemoryId, q.Sequence });
    }
}
