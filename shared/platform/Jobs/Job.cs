namespace MindBridge.Platform.Jobs;

/// <summary>A piece of long work, claimed by one worker at a time.</summary>
public sealed class Job
{
    public required Guid Id { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Kind { get; init; }

    /// <summary>On what: there is one job of a kind for a key, ever.</summary>
    public required string BusinessKey { get; init; }

    /// <summary>What the worker needs to know, as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>Whose data it works on; null where its payload names nobody.</summary>
    public string? Tenant { get; init; }

    public required JobState State { get; set; }

    /// <summary>Attempts begun.</summary>
    public required int Attempts { get; set; }

    /// <summary>Attempts after which it is parked.</summary>
    public required int MostAttempts { get; set; }

    public required DateTimeOffset NotBefore { get; set; }

    public string? LeaseOwner { get; set; }

    /// <summary>When another worker may take it over, unless its holder's heart beats.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Rises with every claim; a write under a lower fence is refused.</summary>
    public required long Fence { get; set; }

    public required bool CancelRequested { get; set; }

    public required long Step { get; set; }

    public required long Steps { get; set; }

    public double? Loss { get; set; }

    public double? EtaSeconds { get; set; }

    /// <summary>The artifact from which another worker goes on.</summary>
    public string? Checkpoint { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Reason { get; set; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>Since when it waits for its turn: the oldest comes first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; set; }
}
