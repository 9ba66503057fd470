namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>Whether two systems hit the same share of the same probes.</summary>
internal static class McNemar
{
    /// <summary>The exact two-sided test: only probes that one hit and the other missed say anything, and each is a fair coin when there is no difference.</summary>
    /// <param name="better">Missed by the first, hit by the second.</param>
    /// <param name="worse">Hit by the first, missed by the second.</param>
    public static double P(int better, int worse)
    {
        var (n, few) = (better + worse, Math.Min(better, worse));
        if (n == 0) return 1;
        // In logarithms: a thousand coins are too many for a power of two.
        var (term, tail) = (-n * Math.Log(2), 0.0);
        for (var k = 0; k <= few; k++)
        {
            tail += Math.Exp(term);
            term += Math.Log(n - k) - Math.Log(k + 1);
        }

        return Math.Min(1, 2 * tail);
    }

    /// <summary>Newcombe's interval of the difference of two paired shares (his method 10).</summary>
    /// <param name="both">Probes that both hit.</param>
    /// <param name="better">Missed by the first, hit by the second.</param>
    /// <param name="worse">Hit by the first, missed by the second.</param>
    /// <param name="neither">Probes that neither hit.</param>
    /// <returns>Of second less first.</returns>
    public static (double Low, double High) Interval(int both, int better, int worse, int neither)
    {
        var n = both + better + worse + neither;
        if (n == 0) return (-1, 1);
        double first = (double)(both + worse) / n, second = (double)(both + better) / n;
        var ((low1, high1), (low2, high2)) = (Wilson.Of(first, n), Wilson.Of(second, n));
        var sides = (double)(both + worse) * (better + neither) * (both + better) * (worse + neither);
        var cross = ((double)both * neither) - ((double)better * worse);
        var phi = sides == 0 ? 0 : (cross > 0 ? Math.Max(cross - (n / 2.0), 0) : cross) / Math.Sqrt(sides);
        var difference = second - first;
        return (difference - Side(second - low2, high1 - first), difference + Side(high2 - second, first - low1));

        double Side(double a, double b) => Math.Sqrt(Math.Max(0, (a * a) - (2 * phi * a * b) + (b * b)));
    }
}
