namespace MindBridge.EncoderTrainer.TrainingEncoders;

/// <summary>An encoder that was trained for what a shard should hold.</summary>
internal sealed class ShardEncoder
{
    public required Guid ShardId { get; init; }

    /// <summary>The id of the order it was trained by.</summary>
    public required string ContentHash { get; init; }

    public required Guid MemoryId { get; init; }

    /// <summary>The commit that asked for it.</summary>
    public required Guid CommitId { get; init; }

    public required long CommitSequence { get; init; }

    /// <summary>The encoder's folder in the artifact store; null when none of the shard's edits could be trained.</summary>
    public string? EncoderId { get; init; }

    /// <summary>The probes that were held out, in the artifact store.</summary>
    public string? ProbeSetId { get; init; }

    /// <summary>How many edits it holds.</summary>
    public required int EditCount { get; init; }

    /// <summary>Processor time of all cores.</summary>
    public required double TrainSeconds { get; init; }

    public required DateTimeOffset TrainedAt { get; init; }
}

/// <summary>An edit that was left out of its encoder.</summary>
internal sealed class QuarantinedEdit
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    public required Guid FactId { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset FoundAt { get; init; }
}
