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

    /// <summary>How many of 100 users get the challenger's answers.</summary>
    public int CanaryPercent { get; set; }

    /// <summary>How many of 100 requests the challenger answers as well, for comparison alone.</summary>
    public int ShadowPercent { get; set; }

    /// <summary>What ends a canary by itself, as JSON; null where none runs.</summary>
    public string? Limits { get; set; }

    /// <summary>Since when the challenger is tried; null when it is not.</summary>
    public DateTimeOffset? TrialSince { get; set; }

    /// <summary>The trace in which the champion was promoted or brought back (the header <c>traceparent</c>); null where that is not known.</summary>
    public string? Trace { get; set; }

    /// <summary>Rises with every change, of the trial too.</summary>
    public long Revision { get; set; }

    /// <summary>True while the challenger answers users or shadows them: no other may take its name then.</summary>
    public bool IsTried => CanaryPercent > 0 || ShadowPercent > 0;

    /// <summary>Ends canary and shadow.</summary>
    public void EndTrial() => (CanaryPercent, ShadowPercent, Limits, TrialSince) = (0, 0, null, null);

    /// <summary>Ends the canary; a shadow goes on.</summary>
    public void EndCanary()
    {
        (CanaryPercent, Limits) = (0, null);
        if (!IsTried) TrialSince = null;
    }

    /// <summary>Who is tried how, as the audit log tells it.</summary>
    public object TrialView() => new { Champion, Challenger, CanaryPercent, ShadowPercent, Limits };
}
