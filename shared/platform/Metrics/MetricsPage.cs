using System.Diagnostics.CodeAnalysis;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace MindBridge.Platform.Metrics;

/// <summary>Gathers the platform's, ASP.NET Core's and the runtime's instruments: for Prometheus, which asks, and over OTLP where an address is given.</summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly Lock gate = new();
    private readonly PrometheusExporter exporter = new();
    private readonly BaseExportingMetricReader reader;
    private readonly MeterProvider provider;

    [SuppressMessage("Reliability", "CA2000", Justification = "The provider disposes of its reader, and the reader of its exporter.")]
    public MetricsPage(string service, bool otlp)
    {
        reader = new BaseExportingMetricReader(exporter);
        var meters = Sdk.CreateMeterProviderBuilder()
            .AddMeter(Instruments.Meter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql", "MassTransit")
            .ConfigureResource(resource => resource.AddService(service))
            .AddReader(reader);
        provider = (otlp ? meters.AddOtlpExporter() : meters).Build();
    }

    /// <summary>What Prometheus reads.</summary>
    public string Text()
    {
        lock (gate)
        {
            reader.Collect();
            return exporter.Page;
        }
    }

    public void Dispose()
    {
        provider.Dispose();
        exporter.Dispose();
    }
}
