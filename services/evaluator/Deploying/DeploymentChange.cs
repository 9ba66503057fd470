namespace MindBridge.Evaluator.Deploying;

/// <summary>How a bridge came to serve.</summary>
internal enum ChangeCause
{
    /// <summary>It passed its gate.</summary>
    Gate,

    /// <summary>An operator promoted it.</summary>
    Operator,

    /// <summary>The one after it was taken back.</summary>
    RollBack,
}

/// <summary>An entry in the history of a deployment; never changed.</summary>
internal sealed class DeploymentChange
{
    public required Guid MemoryId { get; init; }

    public required Guid LlmId { get; init; }

    public required long Sequence { get; init; }

    public required ChangeCause Cause { get; init; }

    /// <summary>What serves from here on.</summary>
    public required string BridgeId { get; init; }

    /// <summary>The commit that it holds.</summary>
    public required long CommitSequence { get; init; }

    /// <summary>What served before; for a roll-back, what was taken back.</summary>
    public string? PreviousBridgeId { get; init; }

    public required string MadeBy { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset MadeAt { get; init; }
}
