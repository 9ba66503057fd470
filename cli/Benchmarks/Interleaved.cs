namespace MindBridge.Cli.Benchmarks;

/// <summary>Timing that neither a warm start nor a busy machine can tilt: the two sides take turns, and medians are compared.</summary>
internal static class Interleaved
{
    /// <summary>Runs both sides once to warm up, then <paramref name="rounds"/> times in turn; seconds, ours and the peer's.</summary>
    public static (double Ours, double Peer) Median(Func<double> ours, Func<double> peer, int rounds, CancellationToken cancellation)
    {
        ours();
        peer();
        var (mine, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            // Who goes first changes, too.
            if (round % 2 == 0)
            {
                mine.Add(ours());
                theirs.Add(peer());
            }
            else
            {
                theirs.Add(peer());
                mine.Add(ours());
            }
        }
        return (Middle(mine), Middle(theirs));
    }

    private static double Middle(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[values.Count / 2 - 1] + values[values.Count / 2]) / 2;
    }
}
