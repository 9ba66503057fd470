namespace MindBridge.BridgeTrainer.TrainingBridges;

/// <summary>A projector that was trained.</summary>
internal sealed class TrainedProjector
{
    public required string EncoderId { get; init; }

    /// <summary>The content of the LLM's files.</summary>
    public required string LlmHash { get; init; }

    public required string RecipeHash { get; init; }

    /// <summary>Its folder in the artifact store.</summary>
    public required string ProjectorId { get; init; }

    /// <summary>Edits and out-of-scope prompts that the LLM has no room for.</summary>
    public required int LeftOut { get; init; }

    /// <summary>Processor time of all cores.</summary>
    public required double TrainSeconds { get; init; }

    public required DateTimeOffset TrainedAt { get; init; }
}

/// <summary>A bridge from a memory to an LLM version.</summary>
internal sealed class MemoryBridge
{
    /// <summary>Its manifest in the artifact store.</summary>
    public required string BridgeId { get; init; }

    public required string TenantId { get; init; }

    public required Guid MemoryId { get; init; }

    public required Guid LlmId { get; init; }

    public required string BusinessKey { get; init; }

    public required long CommitSequence { get; init; }

    /// <summary>A JSON list.</summary>
    public required string EncoderIds { get; init; }

    /// <summary>A JSON list, in the same order.</summary>
    public required string ProbeSetIds { get; init; }

    /// <summary>Processor time of all cores.</summary>
    public required double TrainSeconds { get; init; }

    public required DateTimeOffset TrainedAt { get; init; }
}
