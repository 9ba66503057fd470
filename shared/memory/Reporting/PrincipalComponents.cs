using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Reporting;

/// <summary>
/// The two directions in which features vary most (PCA), by subspace iteration on the centred rows: the covariance matrix is never formed.
/// </summary>
public static class PrincipalComponents
{
    private const int Iterations = 60;

    /// <summary>Projects rows onto their first two principal components.</summary>
    /// <param name="rows">[n][h], finite; n may be 0.</param>
    /// <param name="seed">Start of the iteration; the result depends on it only where variances are equal.</param>
    /// <returns>[n][2]; each component's greatest coordinate is positive, so that the picture does not flip.</returns>
    /// <exception cref="ArgumentException">Rows differ in length or are not finite.</exception>
    public static double[][] Project(IReadOnlyList<float[]> rows, int seed = 0)
    {
        var n = rows.Count;
        if (n == 0) return [];
        var h = rows[0].Length;
        foreach (var row in rows)
        {
            if (row.Length != h) throw new ArgumentException($"features must have one width, not {h} and {row.Length}", nameof(rows));
            if (Array.Exists(row, v => !float.IsFinite(v))) throw new ArgumentException("a feature is not finite; check the encoder's weights", nameof(rows));
        }

        var centred = Centre(rows);
        var random = RandomStream.For(seed, "principal components");
        var first = Start(h, random);
        var second = Start(h, random);
        for (var i = 0; i < Iterations; i++)
        {
            first = Unit(Covariance(centred, first));
            second = Covariance(centred, second);
            Remove(second, first);
            second = Unit(second);
        }

        var result = new double[n][];
        for (var i = 0; i < n; i++) result[i] = [Dot(centred[i], first), Dot(centred[i], second)];
        for (var c = 0; c < 2; c++)
        {
            if (result.MaxBy(r => Math.Abs(r[c]))![c] >= 0) continue;
            foreach (var r in result) r[c] = -r[c];
        }

        return result;
    }

    /// <summary>Which part of the rows' variance lies along each of the two components.</summary>
    /// <param name="rows">[n][h].</param>
    /// <param name="places">[n][2], as <see cref="Project"/> placed them.</param>
    /// <returns>From 0 to 1 each; 0 where the rows do not vary.</returns>
    public static (double First, double Second) Shares(IReadOnlyList<float[]> rows, IReadOnlyList<double[]> places)
    {
        if (rows.Count == 0) return (0, 0);
        var all = Centre(rows).Sum(row => Dot(row, row));
        return all < 1e-12 ? (0, 0) : (places.Sum(p => p[0] * p[0]) / all, places.Sum(p => p[1] * p[1]) / all);
    }

    internal static double[][] Centre(IReadOnlyList<float[]> rows)
    {
        var mean = new double[rows[0].Length];
        foreach (var row in rows)
            for (var j = 0; j < mean.Length; j++) mean[j] += row[j] / (double)rows.Count;
        return [.. rows.Select(row => row.Select((v, j) => v - mean[j]).ToArray())];
    }

    private static double[] Start(int h, RandomStream random) => [.. Enumerable.Range(0, h).Select(_ => random.Unit() - 0.5)];

    private static double[] Covariance(double[][] rows, double[] direction)
    {
        var result = new double[direction.Length];
        foreach (var row in rows)
        {
            var along = Dot(row, direction);
            for (var j = 0; j < result.Length; j++) result[j] += along * row[j];
        }

        return result;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }

    private static void Remove(double[] from, double[] direction)
    {
        var along = Dot(from, direction);
        for (var j = 0; j < from.Length; j++) from[j] -= along * direction[j];
    }

    // Rows without variance in a direction project to zero there.
    private static double[] Unit(double[] v)
    {
        var length = Math.Sqrt(Dot(v, v));
        return length < 1e-12 ? new double[v.Length] : [.. v.Select(x => x / length)];
    }
}
