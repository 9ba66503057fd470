using MindBridge.Contracts.V1;
using ScoringProtocol = MindBridge.Evaluator.Gating.ScoringProtocol;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>A figure as tables show it.</summary>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Probes">How many lie behind it.</param>
/// <param name="Range">Its 95 % interval; null where the evaluator gave none.</param>
/// <param name="Unit">"%", "nats" or "perplexity a word".</param>
public sealed record Score(double Value, int Probes, Interval? Range, string Unit);

/// <summary>The figures of an evaluation by name, as tables need them.</summary>
internal static class Scores
{
    /// <summary>In the order of tables.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Gating.Scores.Figures.Select(figure => figure.Name)];

    /// <summary>Null where there is no evaluation, or it has no probe of that figure.</summary>
    public static Score? Of(Contracts.V1.Evaluation? evaluation, string figure) => evaluation is null ? null : Of(evaluation.Protocol, evaluation.Scores, evaluation.Counts, evaluation.Intervals, figure);

    /// <summary>Of a part of an evaluation.</summary>
    public static Score? Of(string protocol, IDictionary<string, double> scores, IDictionary<string, int> counts, IDictionary<string, Interval> ranges, string figure) =>
        scores.TryGetValue(figure, out var value) ? new Score(value, counts.TryGetValue(figure, out var count) ? count : 0, ranges.TryGetValue(figure, out var range) ? range : null, ScoringProtocol.UnitOf(protocol, figure)) : null;

    /// <summary>Probes in all; the parts of Loc are in Loc.</summary>
    public static int Probes(Contracts.V1.Evaluation evaluation) => ((string[])["rel", "gen", "loc", "loc-same-subject", "port"]).Sum(figure => Of(evaluation, figure)?.Probes ?? 0);

    public static string Short(string figure) => figure switch
    {
        "rel" => "Rel",
        "gen" => "Gen",
        "loc" => "Loc",
        "loc-neighbour" => "Loc, neighbours",
        "loc-held-out" => "Loc, held out",
        "loc-same-subject" => "Loc, same subject",
        "port" => "Port",
        _ => figure,
    };
}
