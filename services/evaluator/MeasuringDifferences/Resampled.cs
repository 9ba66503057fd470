namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>The 95 % interval of a mean, by drawing the values again: for values that are no hits.</summary>
internal static class Resampled
{
    private const int Draws = 2000;

    /// <summary>The same values, the same interval.</summary>
    public static (double Low, double High) Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return (0, 0);
        return values.All(v => v == values[0]) ? (values[0], values[0]) : Of(values.Count, drawn => drawn.Average(i => values[i]));
    }

    /// <summary>The interval of anything that is computed from drawn values.</summary>
    /// <param name="count">How many values there are; at least 1.</param>
    /// <param name="statistic">What is computed, from the places that were drawn.</param>
    public static (double Low, double High) Of(int count, Func<IReadOnlyList<int>, double> statistic)
    {
        // A generator of its own: Random's may change with the runtime, and with it every stored interval.
        var (state, found, drawn) = (0x9E3779B97F4A7C15UL, new double[Draws], new int[count]);
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < count; i++)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                drawn[i] = (int)((state >> 33) % (ulong)count);
            }

            found[draw] = statistic(drawn);
        }

        Array.Sort(found);
        return (found[(int)(0.025 * Draws)], found[(int)(0.975 * Draws)]);
    }
}
