using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>The figures of an evaluation by name, as tables need them.</summary>
internal static class Scores
{
    /// <summary>In the order of tables.</summary>
    public static readonly IReadOnlyList<string> All = ["rel", "gen", "loc", "loc-neighbour", "loc-held-out", "loc-same-subject", "port"];

    public static double? Percent(Contracts.V1.Evaluation? evaluation, string figure) => evaluation is not null && evaluation.Scores.TryGetValue(figure, out var percent) ? percent : null;

    public static int Count(Contracts.V1.Evaluation? evaluation, string figure) => evaluation is not null && evaluation.Counts.TryGetValue(figure, out var count) ? count : 0;

    /// <summary>The figure's 95 % interval; null where the evaluator gave none.</summary>
    public static Interval? Range(Contracts.V1.Evaluation? evaluation, string figure) => evaluation is not null && evaluation.Intervals.TryGetValue(figure, out var range) ? range : null;

    /// <summary>Probes in all; the parts of Loc are in Loc.</summary>
    public static int Probes(Contracts.V1.Evaluation evaluation) => ((string[])["rel", "gen", "loc", "loc-same-subject", "port"]).Sum(figure => Count(evaluation, figure));

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
