namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>The 95 % interval of a mean, by drawing the values again: for values that are no hits.</summary>
internal static class Resampled
{
    private const int Draws = 2000;

    /// <summary>The same values, the same interval.</summary>
    public static (double Low, double High) Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return (0, 0);
        if (values.All(v => v == values[0])) return (values[0], values[0]);
        // A generator of its own: Random's may change with the runtime, and with it every stored interval.
        var (state, means) = (0x9E3779B97F4A7C15UL, new double[Draws]);
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                sum += values[(int)((state >> 33) % (ulong)values.Count)];
            }

            means[draw] = sum / values.Count;
        }

        Array.Sort(means);
        return (means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws)]);
    }
}
