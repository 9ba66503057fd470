using MindBridge.Artifacts;

namespace MindBridge.Memory.Scoring;

/// <summary>
/// One stored score with everything needed to know what it says (METHOD section 7). Scores of different protocols, kinds, units or probe sets are never compared.
/// </summary>
public sealed record ScoreCard
{
    /// <summary>"generate-exact", "teacher-forced-token", "paper-teacher-forced" or "probability"; with a suffix for the addressing, when there is one.</summary>
    public required string Protocol { get; init; }

    /// <summary>Name and version of the code that scored, for example "mindbridge/1".</summary>
    public required string Scorer { get; init; }

    /// <summary>What the probes measure.</summary>
    public required ProbeKind Kind { get; init; }

    /// <summary>The score, in percent unless <see cref="Unit"/> says otherwise.</summary>
    public required double Value { get; init; }

    /// <summary>Lower end of the 95 % interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the 95 % interval.</summary>
    public required double High { get; init; }

    /// <summary>Number of probes.</summary>
    public required int N { get; init; }

    /// <summary>"%" or "nats".</summary>
    public string Unit { get; init; } = "%";

    /// <summary>Seed of the training or, of an unedited model, of the split.</summary>
    public required int Seed { get; init; }

    /// <summary>What was scored: "unedited", "direct", "nearest", "nearest + gate", "ike"...</summary>
    public required string System { get; init; }

    /// <summary>The LLM's name.</summary>
    public string? Llm { get; init; }

    /// <summary>Hash of the probes, in order (<see cref="HashOf"/>).</summary>
    public required string ProbeSet { get; init; }

    /// <summary>Ids of the artifacts: encoders, bridge, LLM.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>The training step the artifacts come from, when it is not their last.</summary>
    public long? Step { get; init; }

    /// <summary>A card of scores in [0, 1], one a probe.</summary>
    /// <exception cref="ArgumentException">There is no score, or one that is not finite.</exception>
    public static ScoreCard Of(string protocol, string scorer, string system, ProbeKind kind, IReadOnlyList<Probe> probes, IReadOnlyList<double> values, int seed, IReadOnlyList<string>? artifacts = null, string? llm = null, string unit = "%")
    {
        if (probes.Count != values.Count) throw new ArgumentException($"{values.Count} scores for {probes.Count} probes; give one score a probe", nameof(values));
        var interval = Interval.Of(values, seed);
        if (unit == "%") interval = interval.InPercent;
        return new ScoreCard
        {
            Protocol = protocol, Scorer = scorer, System = system, Kind = kind, Value = interval.Mean, Low = interval.Low, High = interval.High, N = interval.N,
            Unit = unit, Seed = seed, ProbeSet = HashOf(probes), Artifacts = artifacts ?? [], Llm = llm,
        };
    }

    /// <summary>SHA-256 over the probes in order.</summary>
    public static string HashOf(IReadOnlyList<Probe> probes) => Artifact.HashOfValue(probes);

    /// <summary>This score less another one.</summary>
    /// <exception cref="ArgumentException">Protocol, kind, unit or probe set differ; the message says which.</exception>
    public double Minus(ScoreCard other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RefuseIfUnlike("protocols", Protocol, other.Protocol);
        RefuseIfUnlike("kinds of probe", Kind.ToString(), other.Kind.ToString());
        RefuseIfUnlike("units", Unit, other.Unit);
        RefuseIfUnlike("probe sets", ProbeSet, other.ProbeSet);
        return Value - other.Value;
    }

    private static void RefuseIfUnlike(string what, string mine, string theirs)
    {
        if (!string.Equals(mine, theirs, StringComparison.Ordinal))
            throw new ArgumentException($"scores of different {what} are not comparable ({Shown(mine)} and {Shown(theirs)}); score both the same way", nameof(theirs));
    }

    private static string Shown(string value) => value.Length == 64 ? value[..12] : value;
}
