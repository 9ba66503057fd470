namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>The normal distribution.</summary>
internal static class Normal
{
    /// <summary>The chance of more than <paramref name="z"/>, for z of at least 0; wrong by 1e-7 at most (Abramowitz and Stegun 26.2.17).</summary>
    public static double Above(double z)
    {
        var t = 1 / (1 + (0.2316419 * z));
        var series = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * series;
    }
}
