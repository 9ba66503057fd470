using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.Gating;

/// <summary>A figure of an evaluation.</summary>
/// <param name="Name">As everybody calls it.</param>
/// <param name="Kinds">The probes that count for it.</param>
internal sealed record Figure(string Name, IReadOnlyList<ProbeKind> Kinds)
{
    /// <summary>True when a probe of this kind, by name, counts for it.</summary>
    public bool Counts(string kind) => Kinds.Any(k => k.ToString() == kind);
}

/// <summary>The figures of an evaluation, in percent (or nats), with the numbers of probes behind them, and how they were taken.</summary>
internal sealed record Scores(string Protocol, IReadOnlyDictionary<string, double> Percent, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>The names of the figures.</summary>
    public const string Rel = "rel", Gen = "gen", Loc = "loc", Port = "port";

    /// <summary>Every figure.</summary>
    public static IReadOnlyList<Figure> Figures { get; } =
    [
        new(Rel, [ProbeKind.Reliability]),
        new(Gen, [ProbeKind.Generality]),
        new(Loc, [ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut]),
        new("loc-neighbour", [ProbeKind.LocalityNeighbour]),
        new("loc-held-out", [ProbeKind.LocalityHeldOut]),
        new("loc-same-subject", [ProbeKind.LocalitySameSubject]),
        new(Port, [ProbeKind.Portability]),
    ];

    /// <summary>The 95 % intervals: Wilson's where hits are counted, resampled where not.</summary>
    public IReadOnlyDictionary<string, Bounds> Intervals { get; init; } = new Dictionary<string, Bounds>(StringComparer.Ordinal);

    /// <summary>From the outcomes; a figure without probes is missing.</summary>
    public static Scores Of(string protocol, IReadOnlyList<ProbeOutcome> outcomes) => Of(protocol, [.. outcomes.Where(o => o.Value is not null).Select(o => (o.Kind, o.Value!.Value))]);

    /// <inheritdoc cref="Of(string, IReadOnlyList{ProbeOutcome})"/>
    public static Scores Of(string protocol, IReadOnlyList<(string Kind, double Value)> outcomes)
    {
        var (percent, counts, intervals) = (new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, Bounds>(StringComparer.Ordinal));
        var scale = ScoringProtocol.ScaleOf(protocol);
        foreach (var figure in Figures)
        {
            var values = outcomes.Where(o => figure.Counts(o.Kind)).Select(o => o.Value).ToList();
            if (values.Count == 0) continue;
            var mean = values.Average();
            var (low, high) = protocol == ScoringProtocol.Divergence ? Resampled.Of(values) : Wilson.Of(mean, values.Count);
            (percent[figure.Name], counts[figure.Name], intervals[figure.Name]) = (scale * mean, values.Count, new Bounds(scale * low, scale * high));
        }

        return new Scores(protocol, percent, counts) { Intervals = intervals };
    }

    /// <exception cref="ArgumentException">They differ.</exception>
    public static void RefuseIfOtherProtocol(string mine, string other)
    {
        if (mine != other) throw new ArgumentException($"scores of different protocols are not comparable ({mine} and {other}); evaluate both bridges under one");
    }

    /// <summary>How many points a figure fell from <paramref name="other"/> to this; null where one of them lacks it.</summary>
    /// <exception cref="ArgumentException">They were taken under different protocols.</exception>
    public double? DropFrom(Scores other, string figure)
    {
        RefuseIfOtherProtocol(Protocol, other.Protocol);
        return Percent.TryGetValue(figure, out var mine) && other.Percent.TryGetValue(figure, out var theirs) ? theirs - mine : null;
    }
}

/// <summary>Where a figure lies with 95 % confidence.</summary>
internal sealed record Bounds(double Low, double High);
