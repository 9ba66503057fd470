using System.Diagnostics.Metrics;

namespace MindBridge.Platform.Metrics;

/// <summary>What every service counts and times, under the meter <c>MindBridge</c>.</summary>
public static class Instruments
{
    /// <summary>The meter of all of the platform's instruments.</summary>
    public static readonly Meter Meter = new("MindBridge");

    internal static readonly Histogram<double> JobDuration = Meter.CreateHistogram<double>(
        "mindbridge.job.duration", "s", "How long attempts at jobs took, by kind and outcome.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 60, 300, 900, 3600, 14400] });

    internal static readonly Counter<long> EventsAnnounced = Meter.CreateCounter<long>("mindbridge.events.announced", null, "Events that the bus has confirmed, by schema.");
}
