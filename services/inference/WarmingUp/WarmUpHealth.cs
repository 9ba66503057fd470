using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MindBridge.Inference.WarmingUp;

/// <summary>Ready when what is in service has been loaded and run once.</summary>
internal sealed class WarmUpHealth(WarmUp warmUp) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(warmUp.IsDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("LLMs and champions are being loaded; wait a moment, or set Inference:WarmUp to false"));
}
