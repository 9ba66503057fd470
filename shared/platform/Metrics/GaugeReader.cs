using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Metrics;

/// <summary>Reads every gauge in turn and keeps what it said: a scrape waits for no database, and a database that is away leaves the others' gauges as they are.</summary>
internal sealed class GaugeReader(IEnumerable<IGauges> sources, TimeProvider time, ILogger<GaugeReader> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private readonly Dictionary<IGauges, IReadOnlyList<Reading>> latest = [];
    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    // Its own, since an instrument lives as long as its meter, and readings end with this host.
    private readonly Meter meter = new(Instruments.Meter.Name);

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    /// <summary>Reads them once.</summary>
    public async Task ReadOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            IReadOnlyList<Reading> readings;
            try
            {
                readings = await source.ReadAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogDebug("gauges could not be read: {Reason}", e.Message);
                readings = [];
            }

            lock (gate) latest[source] = readings;
            foreach (var reading in readings)
                if (made.Add(reading.Name)) meter.CreateObservableGauge(reading.Name, () => Values(reading.Name), reading.Unit, reading.Description);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await ReadOnceAsync(stoppingToken);
            await Task.Delay(s_every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IEnumerable<Measurement<double>> Values(string name)
    {
        lock (gate)
            return [.. latest.Values.SelectMany(readings => readings).Where(r => r.Name == name).Select(r => new Measurement<double>(r.Value, r.Tags.Select(t => KeyValuePair.Create(t.Name, (object?)t.Value))))];
    }
}
