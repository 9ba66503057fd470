using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The health service of an application with health checks: <c>Check</c> runs them, <c>Watch</c> tells what their periodic runs find.</summary>
internal sealed class CheckedHealth(HealthServiceImpl told, HealthCheckService checks, IOptions<GrpcHealthChecksOptions> options, IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (options.Value.UseHealthChecksCache) return await told.Check(request, context);
        var service = options.Value.Services.Find(request.Service) ?? throw new RpcException(new Status(StatusCode.NotFound, ""));
        var report = await checks.CheckHealthAsync(check => service.Covers(check.Name, check.Tags), context.CancellationToken);
        return new HealthCheckResponse { Status = StatusOf(report.Entries.Values) };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var watching = told.Watch(request, responseStream, context);
        if (options.Value.SuppressCompletionOnShutdown)
        {
            await watching;
            return;
        }
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        await Task.WhenAny(watching, stopping.Task);
        if (watching.IsCompleted) await watching;
        else throw new RpcException(new Status(StatusCode.Cancelled, "Server is shutting down."));
    }

    /// <summary>Down if one check is; unknown if there is none.</summary>
    public static ServingStatus StatusOf(IEnumerable<HealthReportEntry> checks)
    {
        var found = checks.ToList();
        return found.Count == 0 ? ServingStatus.Unknown
            : found.Exists(check => check.Status == HealthStatus.Unhealthy) ? ServingStatus.NotServing
            : ServingStatus.Serving;
    }
}

/// <summary>Passes what the periodic runs of the checks find to those who watch.</summary>
internal sealed class HealthPublisher(HealthServiceImpl told, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var service in options.Value.Services)
            told.SetStatus(service.Name, CheckedHealth.StatusOf(report.Entries.Where(entry => service.Covers(entry.Key, entry.Value.Tags)).Select(entry => entry.Value)));
        return Task.CompletedTask;
    }
}
