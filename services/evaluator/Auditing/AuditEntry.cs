namespace MindBridge.Evaluator.Auditing;

/// <summary>One mutation: who, when, what, from what to what. Written in the transaction that made it, where it was made here, and never changed.</summary>
internal sealed class AuditEntry
{
    public required Guid Id { get; init; }

    public required string TenantId { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The key's holder, "evaluator", or "key file" where that was changed.</summary>
    public required string MadeBy { get; init; }

    /// <summary>For example "promote".</summary>
    public required string What { get; init; }

    /// <summary>What was changed, by id.</summary>
    public required string Subject { get; init; }

    public Guid? MemoryId { get; init; }

    /// <summary>What stood before, as JSON; null where nothing did.</summary>
    public string? OldValue { get; init; }

    /// <summary>What stands now, likewise.</summary>
    public string? NewValue { get; init; }

    public string? Reason { get; init; }
}
