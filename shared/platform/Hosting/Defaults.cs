using MindBridge.Platform.Jobs;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MindBridge.Platform.Hosting;

/// <summary>What every service has: API keys asked for everywhere, health, time, traces.</summary>
public static class Defaults
{
    /// <summary>Adds them; nothing is open to a caller without a key unless an endpoint says so itself.</summary>
    public static WebApplicationBuilder AddMindBridgeDefaults(this WebApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(builder.Configuration.GetSection("Jobs").Get<JobSettings>() ?? new JobSettings());
        services.AddSecurity(builder.Configuration);
        services.AddHealthChecks();
        services.AddProblemDetails();
        services.AddRefusals();
        services.AddGrpcHealthChecks();
        var otlp = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        services.AddSingleton(_ => new MetricsPage(service, otlp));
        services.AddSingleton<GaugeReader>();
        services.AddHostedService(provider => provider.GetRequiredService<GaugeReader>());
        if (otlp)
        {
            services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
                .AddSource(TraceContext.Source.Name, "MassTransit", "Npgsql", "Microsoft.AspNetCore")
                .ConfigureResource(resource => resource.AddService(service))
                .AddOtlpExporter()
                .Build());
            services.AddHostedService<TracesFromStart>();
        }

        return builder;
    }

    /// <summary>What every request goes through before it reaches its endpoint.</summary>
    public static WebApplication UseMindBridgeDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseExceptionHandler();
        app.Use(DescribeAsync);
        app.UseAuthentication();
        var limit = app.Services.GetRequiredService<CallLimit>();
        app.Use((context, next) => limit.InvokeAsync(context, next));
        app.UseAuthorization();
        return app;
    }

    /// <summary>Maps <c>/health/live</c> (the process runs) and <c>/health/ready</c> (its database and bus answer), open to all, and <c>/metrics</c> for operators: the platform's series and their tenant's.</summary>
    public static WebApplication MapMindBridgeDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") }).AllowAnonymous();
        // Made now, so that nothing that happens before the first scrape goes uncounted.
        var metrics = app.Services.GetRequiredService<MetricsPage>();
        app.MapGet("/metrics", (HttpContext context) => Results.Text(metrics.Text(Caller.Of(context.User)), "text/plain; version=0.0.4; charset=utf-8")).RequireAuthorization(Caller.Operator).ExcludeFromDescription();
        app.MapGrpcService<OperationsService>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        return app;
    }

    // As OpenTelemetry's conventions have it. The span of a call is named by service and method, another request's by verb and route: ASP.NET Core calls them all alike. And a call counts with
    // its own status: over HTTP one that failed is 200.
    private static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        var isCall = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is true;
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } span && (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
            span.DisplayName = isCall ? route.TrimStart('/') : $"{context.Request.Method} {route}";
        await next(context);
        if (isCall && context.Features.Get<IHttpMetricsTagsFeature>() is { } told && CallStatus(context) is { Length: > 0 } status) told.Tags.Add(new("rpc.grpc.status_code", status));
    }

    private static string CallStatus(HttpContext context) =>
        (context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers["grpc-status"] is { Count: > 0 } after ? after : context.Response.Headers["grpc-status"]).ToString();

    // A singleton that nobody asks for is never made.
    private sealed class TracesFromStart(TracerProvider traces) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush();
            return Task.CompletedTask;
        }
    }
}
