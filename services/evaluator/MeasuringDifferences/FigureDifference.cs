using MindBridge.Evaluator.Gating;

namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>How a figure differs between two evaluations, over the probes that both were scored on.</summary>
/// <param name="Figure">Its name.</param>
/// <param name="First">Of the first, in the protocol's unit.</param>
/// <param name="Second">Of the second.</param>
/// <param name="Low">Of the 95 % interval of second less first.</param>
/// <param name="High">Likewise.</param>
/// <param name="Pairs">Probes that both were scored on.</param>
/// <param name="P">Two-sided.</param>
/// <param name="Test">How <paramref name="P"/> was found.</param>
/// <param name="Better">Probes on which the second is better.</param>
/// <param name="Worse">Probes on which the second is worse.</param>
internal sealed record FigureDifference(string Figure, double First, double Second, double Low, double High, int Pairs, double P, string Test, int Better, int Worse)
{
    private const double Level = 0.05;

    public double Difference => Second - First;

    public bool Significant => P < Level;

    /// <param name="figure">Its name.</param>
    /// <param name="protocol">How the values were taken.</param>
    /// <param name="pairs">At least one.</param>
    public static FigureDifference Of(string figure, string protocol, IReadOnlyList<(double First, double Second)> pairs)
    {
        var scale = ScoringProtocol.ScaleOf(protocol);
        var gains = pairs.Select(p => ScoringProtocol.Gain(protocol, figure, p.First, p.Second)).ToList();
        var (better, worse) = (gains.Count(g => g > 0), gains.Count(g => g < 0));
        var (first, second) = (scale * pairs.Average(p => p.First), scale * pairs.Average(p => p.Second));
        if (protocol != ScoringProtocol.Divergence && pairs.All(p => p is { First: 0 or 1, Second: 0 or 1 }))
        {
            var both = pairs.Count(p => p is { First: 1, Second: 1 });
            var (low, high) = McNemar.Interval(both, better, worse, pairs.Count - both - better - worse);
            return new FigureDifference(figure, first, second, scale * low, scale * high, pairs.Count, McNemar.P(better, worse), "mcnemar-exact", better, worse);
        }

        var differences = pairs.Select(p => p.Second - p.First).ToList();
        var (from, to) = Resampled.Of(differences);
        return new FigureDifference(figure, first, second, scale * from, scale * to, pairs.Count, SignedRanks.P(differences), "wilcoxon", better, worse);
    }
}
