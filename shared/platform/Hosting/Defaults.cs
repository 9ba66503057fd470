using MindBridge.Platform.Jobs;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tracing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
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
        services.AddSingleton(builder.Configuration.GetSection("Security").Get<SecuritySettings>() ?? new SecuritySettings());
        services.AddAuthentication(ApiKeyAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Caller.Operator, policy => policy.RequireRole(Caller.Operator, Caller.Service));
        services.AddHealthChecks();
        services.AddProblemDetails();
        services.AddRefusals();
        services.AddGrpcHealthChecks();
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
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

    /// <summary>Maps <c>/health/live</c> (the process runs) and <c>/health/ready</c> (its database and bus answer), open to all.</summary>
    public static WebApplication MapMindBridgeDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") }).AllowAnonymous();
        app.MapGrpcService<OperationsService>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        return app;
    }

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
