using System.Text.Json;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringDifferences;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>A bridge's scores under one protocol, and what the gate said of them.</summary>
internal sealed class Evaluation
{
    /// <summary>What is noted of a bridge that its gate leaves to an operator.</summary>
    public const string WaitsForOperator = "it passed, and waits for an operator to promote it";

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

    /// <summary>Figure to its 95 % interval, as JSON; empty for evaluations from before there were any.</summary>
    public required string Intervals { get; init; }

    /// <summary>False also where it was held against no gate.</summary>
    public required bool GatePassed { get; init; }

    /// <summary>The gate; 0 for the one of the memory's settings.</summary>
    public required long GateVersion { get; init; }

    /// <summary>Why it did not pass, a JSON array of sentences.</summary>
    public required string Reasons { get; init; }

    /// <summary>What the gate could not look at, likewise.</summary>
    public required string Notes { get; init; }

    /// <summary>One of <see cref="EvaluationCause"/>.</summary>
    public required string Cause { get; init; }

    /// <summary>Who asked for it; null where nobody did.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The probes that were scored; null for evaluations from before sets were named.</summary>
    public string? ProbeSetId { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>With what it was taken, as JSON; null where the protocol says all.</summary>
    public string? Settings { get; init; }

    /// <summary>The figures.</summary>
    public Scores Taken()
    {
        var (percent, counts) = (JsonSerializer.Deserialize<Dictionary<string, double>>(Scores)!, JsonSerializer.Deserialize<Dictionary<string, int>>(Counts)!);
        var intervals = JsonSerializer.Deserialize<Dictionary<string, Bounds>>(Intervals)!;
        foreach (var (figure, value) in percent)
        {
            if (Protocol == ScoringProtocol.Divergence || intervals.ContainsKey(figure)) continue;
            var (low, high) = Wilson.Of(value / 100, counts[figure]);
            intervals[figure] = new Bounds(100 * low, 100 * high);
        }

        return new Scores(Protocol, percent, counts) { Intervals = intervals };
    }

    /// <summary>What the gate could not look at, and what it left to others.</summary>
    public IReadOnlyList<string> Noted() => JsonSerializer.Deserialize<string[]>(Notes)!;

    /// <summary>Why it did not pass.</summary>
    public IReadOnlyList<string> Why() => JsonSerializer.Deserialize<string[]>(Reasons)!;
}
