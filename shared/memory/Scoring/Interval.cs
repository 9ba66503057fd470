using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Scoring;

/// <summary>A mean with the interval that holds it with 95 % confidence, in the unit of the values.</summary>
/// <param name="Mean">The mean of the values.</param>
/// <param name="Low">2.5th percentile of the resampled means.</param>
/// <param name="High">97.5th percentile.</param>
/// <param name="N">Number of values.</param>
public sealed record Interval(double Mean, double Low, double High, int N)
{
    /// <summary>Resamples drawn unless said otherwise.</summary>
    public const int Resamples = 2000;

    /// <summary>Percentile bootstrap of the mean.</summary>
    /// <param name="values">One value a probe, for example 0 or 1.</param>
    /// <param name="seed">Same seed, same interval.</param>
    /// <param name="resamples">At least 100.</param>
    /// <exception cref="ArgumentException">There are no values, some value is not finite, or there are too few resamples.</exception>
    public static Interval Of(IReadOnlyList<double> values, int seed = 0, int resamples = Resamples)
    {
        Check(values, resamples);
        var mean = values.Average();
        // All values equal: every resample gives the same mean.
        if (values.All(v => v == values[0])) return new Interval(values[0], values[0], values[0], values.Count);
        var random = RandomStream.For(seed, "bootstrap");
        var copy = values.ToArray();
        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < copy.Length; i++) sum += copy[random.Below(copy.Length)];
            means[r] = sum / copy.Length;
        }

        Array.Sort(means);
        return new Interval(mean, Math.Min(mean, Percentile(means, 0.025)), Math.Max(mean, Percentile(means, 0.975)), values.Count);
    }

    /// <summary>
    /// The mean difference after - before of two systems on the same probes; resamples probes, so what both find hard cancels out. The difference is
    /// significant when <see cref="ExcludesZero"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The lists differ in length, or as in <see cref="Of"/>.</exception>
    public static Interval OfDifference(IReadOnlyList<double> before, IReadOnlyList<double> after, int seed = 0, int resamples = Resamples)
    {
        if (before.Count != after.Count) throw new ArgumentException($"a paired difference needs the same probes on both sides, not {before.Count} and {after.Count}; score both on one probe set", nameof(after));
        return Of([.. before.Zip(after, (b, a) => a - b)], seed, resamples);
    }

    /// <summary>True when zero lies outside the interval.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;

    /// <summary>The same in percent.</summary>
    public Interval InPercent => this with { Mean = Mean * 100, Low = Low * 100, High = High * 100 };

    private static double Percentile(double[] sorted, double p)
    {
        var place = p * (sorted.Length - 1);
        var (below, share) = ((int)place, place - (int)place);
        return below + 1 < sorted.Length ? sorted[below] + (share * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    private static void Check(IReadOnlyList<double> values, int resamples)
    {
        if (values.Count == 0) throw new ArgumentException("there is nothing to average; give at least one score", nameof(values));
        if (values.Any(v => !double.IsFinite(v))) throw new ArgumentException("a score is not a finite number; look for a non-finite loss or logit in what produced it", nameof(values));
        if (resamples < 100) throw new ArgumentException($"{resamples} resamples are too few for an interval; take at least 100", nameof(resamples));
    }
}
