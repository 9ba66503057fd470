namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>Wilcoxon's signed ranks: whether paired differences lean to one side, whatever their size is measured in.</summary>
internal static class SignedRanks
{
    // Up to here every sign is tried; beyond, the normal approximation is good to the third digit.
    private const int Exact = 16;

    /// <summary>Two-sided; differences of zero say nothing and are left out.</summary>
    public static double P(IReadOnlyList<double> differences)
    {
        var told = differences.Where(d => d != 0).ToArray();
        if (told.Length == 0) return 1;
        var ranks = Ranks([.. told.Select(Math.Abs)]);
        var (all, positive) = (ranks.Sum(), ranks.Where((_, i) => told[i] > 0).Sum());
        var away = Math.Abs(positive - (all / 2));
        if (told.Length <= Exact) return Signs(ranks, all, away);
        var deviation = Math.Sqrt(ranks.Sum(r => r * r) / 4);
        return Math.Min(1, 2 * Normal.Above(Math.Max(0, away - 0.5) / deviation));
    }

    private static double Signs(double[] ranks, double all, double away)
    {
        var extreme = 0;
        for (var signs = 0; signs < 1 << ranks.Length; signs++)
        {
            var sum = 0.0;
            for (var i = 0; i < ranks.Length; i++) if ((signs >> i & 1) == 1) sum += ranks[i];
            // Halves of ranks are exact in binary, so equal is equal.
            if (Math.Abs(sum - (all / 2)) >= away) extreme++;
        }

        return (double)extreme / (1 << ranks.Length);
    }

    // What ties shares the mean of their ranks; the sum of squares above takes that into account by itself.
    private static double[] Ranks(double[] sizes)
    {
        var order = Enumerable.Range(0, sizes.Length).OrderBy(i => sizes[i]).ToArray();
        var ranks = new double[sizes.Length];
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            while (to < order.Length && sizes[order[to]] == sizes[order[from]]) to++;
            for (var i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2.0;
            from = to;
        }

        return ranks;
    }
}
