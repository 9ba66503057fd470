using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MindBridge.Inference.LoadingLlms;

/// <summary>Ready when the catalogue has been read: before, every LLM would be unknown.</summary>
internal sealed class CatalogueHealth(LlmCatalogue catalogue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        catalogue.IsRead ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the catalogue has not been read yet; see that the edit registry runs and that Services:EditRegistry and Services:Key are right"));
}
