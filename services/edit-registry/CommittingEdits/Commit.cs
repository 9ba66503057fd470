namespace MindBridge.EditRegistry.CommittingEdits;

/// <summary>Why a batch was committed.</summary>
public enum CommitCause
{
    /// <summary>Enough edits were pending.</summary>
    Count,

    /// <summary>No edit had come for a while.</summary>
    Time,

    /// <summary>Somebody asked.</summary>
    Explicit,
}

/// <summary>An immutable batch of a memory's edits: those from <see cref="FirstEdit"/> to <see cref="LastEdit"/>.</summary>
internal sealed class Commit
{
    public required Guid Id { get; init; }

    public required Guid MemoryId { get; init; }

    /// <summary>Its place in the memory, from 1 without gaps.</summary>
    public required long Sequence { get; init; }

    public required long FirstEdit { get; init; }

    public required long LastEdit { get; init; }

    public required int EditCount { get; init; }

    /// <summary>The hash of the memory's history up to <see cref="LastEdit"/>.</summary>
    public required string ContentHash { get; init; }

    public required CommitCause Cause { get; init; }

    public required DateTimeOffset CommittedAt { get; init; }
}
