namespace MindBridge.EditRegistry.CreatingMemories;

/// <summary>A tenant's named, versioned set of edits.</summary>
internal sealed class MemoryRecord
{
    public required Guid Id { get; init; }

    public required string TenantId { get; init; }

    public required string Name { get; init; }

    public required int CommitAfterCount { get; init; }

    public required int CommitAfterSeconds { get; init; }

    public required int ShardCapacity { get; init; }

    public required double LeastRel { get; init; }

    public required double LeastGen { get; init; }

    public required double LeastLoc { get; init; }

    /// <summary>The last edit's; edits are numbered from 1 without gaps.</summary>
    public long LastSequence { get; set; }

    /// <summary>The last committed edit's.</summary>
    public long CommittedSequence { get; set; }

    /// <summary>The last commit's; commits are numbered from 1 without gaps.</summary>
    public long LastCommit { get; set; }

    /// <summary>What every edit so far hashes to, in order.</summary>
    public string HistoryHash { get; set; } = "";

    public DateTimeOffset? PendingSince { get; set; }

    /// <summary>The trace in which the first edit that waits for a commit was submitted (the header <c>traceparent</c>).</summary>
    public string? PendingTrace { get; set; }

    public DateTimeOffset? CommitDueAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Pending => LastSequence - CommittedSequence;
}
