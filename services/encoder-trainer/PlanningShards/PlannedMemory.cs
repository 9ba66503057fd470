namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>A memory as far as its commits are planned.</summary>
internal sealed class PlannedMemory
{
    public required Guid MemoryId { get; init; }

    public required string TenantId { get; init; }

    /// <summary>The latest commit whose shards are known; 0 for none.</summary>
    public long PlannedSequence { get; set; }
}

/// <summary>A part of a memory that one encoder holds.</summary>
internal sealed class MemoryShard
{
    public required Guid Id { get; init; }

    public required Guid MemoryId { get; init; }

    /// <summary>Its place among the memory's shards, from 1.</summary>
    public required int Place { get; init; }
}

/// <summary>Which shard holds a fact.</summary>
internal sealed class ShardFact
{
    public required Guid MemoryId { get; init; }

    public required Guid FactId { get; init; }

    public required Guid ShardId { get; init; }
}

/// <summary>A commit whose shards are known.</summary>
internal sealed class PlannedCommit
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    public required Guid CommitId { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>When a worker began with its shards; null while none has.</summary>
    public DateTimeOffset? BegunAt { get; set; }
}

/// <summary>What a shard should hold at a commit.</summary>
internal sealed class WantedShard
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    public required Guid ShardId { get; init; }

    public required int Place { get; init; }

    /// <summary>The id of its <see cref="ShardOrder"/>.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The last commit that changed it.</summary>
    public required long ChangedAtSequence { get; init; }
}
