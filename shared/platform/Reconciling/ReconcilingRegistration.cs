using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Reconciling;

/// <summary>What a service says to reconcile.</summary>
public static class ReconcilingRegistration
{
    /// <summary>Runs <typeparamref name="TReconcile"/> at start and then every <paramref name="interval"/>.</summary>
    public static IServiceCollection AddReconciling<TReconcile>(this IServiceCollection services, TimeSpan interval)
        where TReconcile : class, IReconcile
    {
        services.AddSingleton<TReconcile>();
        services.AddSingleton(new ReconcilingInterval<TReconcile>(interval));
        services.AddHostedService<ReconcilingLoop<TReconcile>>();
        return services;
    }
}
