namespace MindBridge.Platform.Messaging;

/// <summary>An event that its handler failed on for good.</summary>
public sealed class DeadLetter
{
    public required Guid Id { get; init; }

    /// <summary>The subscription's queue.</summary>
    public required string Consumer { get; init; }

    public required string BusinessKey { get; init; }

    public required string EventType { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Body { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>What the handler's last exception said.</summary>
    public required string Reason { get; set; }

    public required int Attempts { get; set; }

    public required DateTimeOffset FailedAt { get; set; }

    /// <summary>When an operator's replay went through; null while it waits.</summary>
    public DateTimeOffset? ReplayedAt { get; set; }
}
