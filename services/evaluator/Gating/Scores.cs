using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.Gating;

/// <summary>The figures of an evaluation, in percent, with the numbers of probes behind them, and how they were taken.</summary>
internal sealed record Scores(string Protocol, IReadOnlyDictionary<string, double> Percent, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>The names of the figures.</summary>
    public const string Rel = "rel", Gen = "gen", Loc = "loc", Port = "port";

    private static readonly (string Name, ProbeKind[] Kinds)[] s_figures =
    [
        (Rel, [ProbeKind.Reliability]),
        (Gen, [ProbeKind.Generality]),
        (Loc, [ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut]),
        ("loc-neighbour", [ProbeKind.LocalityNeighbour]),
        ("loc-held-out", [ProbeKind.LocalityHeldOut]),
        ("loc-same-subject", [ProbeKind.LocalitySameSubject]),
        (Port, [ProbeKind.Portability]),
    ];

    /// <summary>From the outcomes; a figure without probes is missing.</summary>
    public static Scores Of(string protocol, IReadOnlyList<ProbeOutcome> outcomes)
    {
        var (percent, counts) = (new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (name, kinds) in s_figures)
        {
            var names = kinds.Select(k => k.ToString()).ToHashSet(StringComparer.Ordinal);
            var values = outcomes.Where(o => o.Value is not null && names.Contains(o.Kind)).Select(o => o.Value!.Value).ToList();
            if (values.Count > 0) (percent[name], counts[name]) = (100 * values.Average(), values.Count);
        }

        return new Scores(protocol, percent, counts);
    }

    /// <summary>The figures that both have, with how many points each fell from <paramref name="other"/> to this.</summary>
    /// <exception cref="ArgumentException">They were taken under different protocols.</exception>
    public IEnumerable<(string Name, double Drop)> DropsFrom(Scores other)
    {
        if (other.Protocol != Protocol)
            throw new ArgumentException($"scores of different protocols are not comparable ({Protocol} and {other.Protocol}); evaluate both bridges under one");
        return from figure in (string[])[Rel, Gen, Loc, Port]
               where Percent.ContainsKey(figure) && other.Percent.ContainsKey(figure)
               select (figure, other.Percent[figure] - Percent[figure]);
    }
}
