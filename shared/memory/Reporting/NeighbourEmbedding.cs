using System.Numerics.Tensors;
using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Reporting;

/// <summary>
/// t-SNE (van der Maaten and Hinton 2008), exact: every pair counts, which is affordable up to about a thousand points. Starts from the principal components, so
/// that the picture is the same for the same features and seed.
/// </summary>
public static class NeighbourEmbedding
{
    private const int Iterations = 400;
    private const int Exaggerated = 100;
    private const float Exaggeration = 12;

    /// <summary>Places rows in the plane so that near rows stay near.</summary>
    /// <param name="rows">[n][h], finite.</param>
    /// <param name="seed">Breaks ties between equal rows.</param>
    /// <param name="perplexity">Effective number of neighbours; at most a sixth of the rows.</param>
    /// <param name="cancellationToken">Stops between iterations.</param>
    /// <returns>[n][2], centred.</returns>
    public static double[][] Place(IReadOnlyList<float[]> rows, int seed = 0, double perplexity = 30, CancellationToken cancellationToken = default)
    {
        var n = rows.Count;
        if (n < 4) return PrincipalComponents.Project(rows, seed);
        var p = Affinities(rows, Math.Min(perplexity, (n - 1) / 6.0));
        var (x, y) = Start(rows, seed);
        var (stepX, stepY, gainX, gainY) = (new float[n], new float[n], Ones(n), Ones(n));
        var rate = Math.Max(n / (float)Exaggeration / 4, 50);
        var q = new float[n * n];
        var (dx, dy, pull, gradientX, gradientY) = (new float[n], new float[n], new float[n], new float[n], new float[n]);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var factor = iteration < Exaggerated ? Exaggeration : 1;
            var momentum = iteration < Exaggerated ? 0.5f : 0.8f;
            var total = Similarities(x, y, q, dx, dy);
            for (var i = 0; i < n; i++)
            {
                // pull = (factor p - q / total) q, and the gradient is 4 sum of pull times difference.
                var near = q.AsSpan(i * n, n);
                TensorPrimitives.Multiply(near, -1 / total, pull);
                TensorPrimitives.MultiplyAdd(p.AsSpan(i * n, n), factor, pull, pull);
                TensorPrimitives.Multiply(pull, near, pull);
                var whole = TensorPrimitives.Sum(pull);
                gradientX[i] = 4 * ((whole * x[i]) - TensorPrimitives.Dot(pull, x));
                gradientY[i] = 4 * ((whole * y[i]) - TensorPrimitives.Dot(pull, y));
            }

            Move(x, stepX, gainX, gradientX, momentum, rate);
            Move(y, stepY, gainY, gradientY, momentum, rate);
        }

        return [.. Enumerable.Range(0, n).Select(i => new double[] { x[i], y[i] })];
    }

    // Unnormalised Student-t similarities of the plane, a row at a time; returns their sum without the diagonal.
    private static float Similarities(float[] x, float[] y, float[] q, float[] dx, float[] dy)
    {
        var n = x.Length;
        var total = 0.0;
        for (var i = 0; i < n; i++)
        {
            var row = q.AsSpan(i * n, n);
            TensorPrimitives.Subtract(x, x[i], dx);
            TensorPrimitives.Subtract(y, y[i], dy);
            TensorPrimitives.Multiply(dx, dx, dx);
            TensorPrimitives.MultiplyAdd(dy, dy, dx, dx);
            TensorPrimitives.Add(dx, 1f, dx);
            TensorPrimitives.Divide(1f, dx, row);
            row[i] = 0;
            total += TensorPrimitives.Sum<float>(row);
        }

        return (float)total;
    }

    // Each coordinate keeps its own gain (delta-bar-delta), which speeds up what always moves one way.
    private static void Move(float[] at, float[] step, float[] gain, float[] gradient, float momentum, float rate)
    {
        for (var i = 0; i < at.Length; i++)
        {
            gain[i] = Math.Max(0.01f, gradient[i] > 0 != step[i] > 0 ? gain[i] + 0.2f : gain[i] * 0.8f);
            step[i] = (momentum * step[i]) - (rate * gain[i] * gradient[i]);
            at[i] += step[i];
        }

        TensorPrimitives.Subtract(at, TensorPrimitives.Sum<float>(at) / at.Length, at);
    }

    // Symmetric joint probabilities; each row's width is found by bisection for the wanted perplexity.
    private static float[] Affinities(IReadOnlyList<float[]> rows, double perplexity)
    {
        var n = rows.Count;
        var squared = Distances(rows);
        var p = new float[n * n];
        var entropy = Math.Log(perplexity);
        for (var i = 0; i < n; i++)
        {
            var (low, high, beta) = (0.0, double.PositiveInfinity, 1.0);
            var distance = squared.AsSpan(i * n, n);
            var row = p.AsSpan(i * n, n);
            // Infinite on the diagonal: a point is no neighbour of itself. Equal distances subtracted keep exp() in range.
            distance[i] = float.PositiveInfinity;
            TensorPrimitives.Subtract(distance, TensorPrimitives.Min<float>(distance), distance);
            distance[i] = float.MaxValue;
            for (var attempt = 0; attempt < 50; attempt++)
            {
                TensorPrimitives.Multiply(distance, (float)-beta, row);
                TensorPrimitives.Exp(row, row);
                row[i] = 0;
                var sum = TensorPrimitives.Sum<float>(row);
                distance[i] = 0;
                var h = Math.Log(sum) + (beta * TensorPrimitives.Dot<float>(row, distance) / sum);
                distance[i] = float.MaxValue;
                if (Math.Abs(h - entropy) < 1e-4) break;
                if (h > entropy) (low, beta) = (beta, double.IsPositiveInfinity(high) ? beta * 2 : (beta + high) / 2);
                else (high, beta) = (beta, (beta + low) / 2);
            }

            TensorPrimitives.Divide(row, TensorPrimitives.Sum<float>(row), row);
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
                p[(i * n) + j] = p[(j * n) + i] = Math.Max((p[(i * n) + j] + p[(j * n) + i]) / (2f * n), 1e-12f);
        }

        return p;
    }

    private static float[] Distances(IReadOnlyList<float[]> rows)
    {
        var n = rows.Count;
        var squared = new float[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                var distance = TensorPrimitives.Distance<float>(rows[i], rows[j]);
                squared[(i * n) + j] = squared[(j * n) + i] = distance * distance;
            }
        }

        return squared;
    }

    private static (float[] X, float[] Y) Start(IReadOnlyList<float[]> rows, int seed)
    {
        var principal = PrincipalComponents.Project(rows, seed);
        var spread = Math.Max(1e-12, Math.Sqrt(principal.Average(r => r[0] * r[0])));
        var random = RandomStream.For(seed, "neighbour embedding");
        float Near(double v) => (float)((1e-4 * v / spread) + (1e-6 * (random.Unit() - 0.5)));
        return ([.. principal.Select(r => Near(r[0]))], [.. principal.Select(r => Near(r[1]))]);
    }

    private static float[] Ones(int n)
    {
        var ones = new float[n];
        Array.Fill(ones, 1);
        return ones;
    }
}
