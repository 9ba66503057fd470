namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>What an alert is about.</summary>
internal static class AlertKind
{
    /// <summary>A bridge did not pass its gate.</summary>
    public const string Held = "held";

    /// <summary>What serves scores less than it did.</summary>
    public const string Drift = "drift";

    /// <summary>A limit of a canary was breached.</summary>
    public const string CanaryStopped = "canary-stopped";

    /// <summary>What serves fails a gate that was set since.</summary>
    public const string GateTightened = "gate-tightened";
}

/// <summary>Something that an operator should look at.</summary>
internal sealed class Alert
{
    public required Guid Id { get; init; }

    public required string TenantId { get; init; }

    public required Guid MemoryId { get; init; }

    public Guid? LlmId { get; init; }

    public string? BridgeId { get; init; }

    public Guid? EvaluationId { get; init; }

    public required string Kind { get; init; }

    /// <summary>A sentence.</summary>
    public required string Message { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    public string? AcknowledgedBy { get; set; }

    public DateTimeOffset? AcknowledgedAt { get; set; }
}
