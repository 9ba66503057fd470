using System.Diagnostics.CodeAnalysis;
using MindBridge.Platform.Security;
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

    /// <summary>What Prometheus reads with a caller's key: what tells of the platform, and of the tenants whose data the caller may see.</summary>
    public string Text(Caller caller)
    {
        lock (gate)
        {
            exporter.Shows = tenant => tenant is null || caller.MaySee(tenant);
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
