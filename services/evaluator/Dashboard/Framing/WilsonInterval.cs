namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>Wilson's 95 % interval of a share of hits, in percent: it stays between 0 and 100, and is honest at both ends.</summary>
internal static class WilsonInterval
{
    private const double Z = 1.959963984540054;

    /// <param name="percent">The share, 0 to 100.</param>
    /// <param name="count">Of how many; 0 tells nothing, and so the interval is everything.</param>
    public static (double Low, double High) Of(double percent, int count)
    {
        if (count <= 0) return (0, 100);
        var (p, n) = (Math.Clamp(percent / 100, 0, 1), (double)count);
        var middle = (p + (Z * Z / (2 * n))) / (1 + (Z * Z / n));
        var half = Z / (1 + (Z * Z / n)) * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        return (100 * Math.Max(0, middle - half), 100 * Math.Min(1, middle + half));
    }
}
