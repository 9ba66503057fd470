using System.Text.Json;
using MindBridge.Evaluator.Gating;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>A bridge's scores under one protocol, and what the gate said of them.</summary>
internal sealed class Evaluation
{
    /// <summary>That of the job which took the scores.</summary>
    public required Guid Id { get; init; }

    public required string TenantId { get; init; }

    public required Guid MemoryId { get; init; }

    public required Guid LlmId { get; init; }

    public required string BridgeId { get; init; }

    /// <summary>The commit that the bridge's encoders hold.</summary>
    public required long CommitSequence { get; init; }

    public required string Protocol { get; init; }

    /// <summary>Figure to percent, as JSON.</summary>
    public required string Scores { get; init; }

    /// <summary>Figure to number of probes, as JSON.</summary>
    public required string Counts { get; init; }

    public required bool GatePassed { get; init; }

    /// <summary>Why it did not pass, a JSON array of sentences.</summary>
    public required string Reasons { get; init; }

    /// <summary>What the gate could not look at, likewise.</summary>
    public required string Notes { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>The figures.</summary>
    public Scores Taken() => new(Protocol, JsonSerializer.Deserialize<Dictionary<string, double>>(Scores)!, JsonSerializer.Deserialize<Dictionary<string, int>>(Counts)!);

    /// <summary>Why it did not pass.</summary>
    public IReadOnlyList<string> Why() => JsonSerializer.Deserialize<string[]>(Reasons)!;
}
