namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>How one probe of an evaluation came out; stored as soon as it is known.</summary>
internal sealed class ProbeOutcome
{
    public required Guid EvaluationId { get; init; }

    /// <summary>Its place among the evaluation's probes, from 0.</summary>
    public required int Place { get; init; }

    /// <summary>What the probe measures, by name.</summary>
    public required string Kind { get; init; }

    public string? EditId { get; init; }

    public required string Prompt { get; init; }

    public required string Answer { get; init; }

    /// <summary>The unedited LLM's answer.</summary>
    public required string BeforeText { get; init; }

    /// <summary>The edited LLM's answer.</summary>
    public required string AfterText { get; init; }

    /// <summary>The commit that the probe's edit came with; null where that is not known.</summary>
    public long? Cohort { get; init; }

    /// <summary>From 0 to 1, or nats; null where the protocol says nothing of such a probe.</summary>
    public double? Value { get; init; }

    /// <summary>What <see cref="Value"/> is of the unedited LLM; null where the protocol measures none.</summary>
    public double? BaseValue { get; init; }

    /// <summary>Whether the memory spoke; null where the protocol does not tell.</summary>
    public bool? Edited { get; init; }
}
