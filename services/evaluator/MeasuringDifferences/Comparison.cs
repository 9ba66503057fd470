using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>Two evaluations under one protocol, paired by probe.</summary>
/// <param name="Figures">Those with a probe in both.</param>
/// <param name="Changed">Probes whose value changed, the greatest losses first.</param>
/// <param name="OnlyInFirst">Probes that the second was not scored on.</param>
/// <param name="OnlyInSecond">Probes that the first was not scored on.</param>
internal sealed record Comparison(IReadOnlyList<FigureDifference> Figures, IReadOnlyList<(ProbeOutcome First, ProbeOutcome Second)> Changed, int OnlyInFirst, int OnlyInSecond)
{
    /// <summary>Pairs outcomes that were taken under one protocol; null where they share no probe.</summary>
    public static Comparison? Of(string protocol, IReadOnlyList<ProbeOutcome> before, IReadOnlyList<ProbeOutcome> after)
    {
        var others = after.Where(o => o.Value is not null).ToDictionary(Probe);
        var mine = before.Where(o => o.Value is not null).ToList();
        var pairs = mine.Where(o => others.ContainsKey(Probe(o))).Select(o => (First: o, Second: others[Probe(o)])).ToList();
        if (pairs.Count == 0) return null;
        var figures = protocol == ScoringProtocol.GeneralAbility
            ? AbilityFigures.Differences([.. pairs.Select(p => (p.First, p.First.Value!.Value, p.Second.Value!.Value))])
            : from figure in Scores.Figures
              let values = pairs.Where(p => figure.Counts(p.First.Kind)).Select(p => (p.First.Value!.Value, p.Second.Value!.Value)).ToList()
              where values.Count > 0
              select FigureDifference.Of(figure.Name, protocol, values);
        return new Comparison([.. figures], [.. pairs.Where(p => p.First.Value != p.Second.Value).OrderBy(p => ScoringProtocol.Gain(protocol, p.First.Kind, p.First.Value!.Value, p.Second.Value!.Value))], mine.Count - pairs.Count, others.Count - pairs.Count);
    }

    private static (string, string, string?) Probe(ProbeOutcome outcome) => (outcome.Kind, outcome.Prompt, outcome.EditId);
}
