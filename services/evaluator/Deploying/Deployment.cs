namespace MindBridge.Evaluator.Deploying;

/// <summary>Which bridge serves a memory on an LLM version. Whoever changes it holds the row's lock, so promotions and roll-backs have one order.</summary>
internal sealed class Deployment
{
    public required Guid MemoryId { get; init; }

    public required Guid LlmId { get; init; }

    public required string TenantId { get; init; }

    /// <summary>The bridge that serves; null before the first.</summary>
    public string? Champion { get; set; }

    /// <summary>The commit that the champion holds.</summary>
    public long? ChampionCommit { get; set; }

    /// <summary>The bridge that a roll-back brings back.</summary>
    public string? Previous { get; set; }

    /// <summary>A bridge that is being evaluated, was held, or was taken back.</summary>
    public string? Challenger { get; set; }

    public long? ChallengerCommit { get; set; }

    /// <summary>Promotions and roll-backs so far.</summary>
    public long Sequence { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}
