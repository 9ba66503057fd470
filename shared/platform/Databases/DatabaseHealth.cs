using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MindBridge.Platform.Databases;

/// <summary>Ready when the database answers.</summary>
internal sealed class DatabaseHealth<TContext>(IDbContextFactory<TContext> contexts) : IHealthCheck
    where TContext : PlatformContext
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the database does not answer; see that it runs and that Database:ConnectionString is right");
    }
}
