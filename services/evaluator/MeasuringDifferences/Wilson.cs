namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>Where a share lies, with 95 % confidence.</summary>
internal static class Wilson
{
    /// <summary>The 97.5th percentile of the normal distribution.</summary>
    public const double Z = 1.959963984540054;

    /// <summary>Wilson's score interval.</summary>
    /// <param name="share">From 0 to 1; of values between hit and miss, their mean, for which the interval is wide rather than narrow.</param>
    /// <param name="n">How many values.</param>
    public static (double Low, double High) Of(double share, int n)
    {
        if (n == 0) return (0, 1);
        var z = Z * Z / n;
        var (centre, half) = ((share + (z / 2)) / (1 + z), Z / (1 + z) * Math.Sqrt((share * (1 - share) / n) + (z / (4 * n))));
        // At the ends the bound is the end itself, whatever rounding makes of it.
        return (share <= 0 ? 0 : Math.Max(0, centre - half), share >= 1 ? 1 : Math.Min(1, centre + half));
    }
}
