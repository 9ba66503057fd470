using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Rpc;

/// <summary>What a service says so that its refusals are sentences.</summary>
public static class RefusalRegistration
{
    /// <summary>Adds gRPC with <see cref="RefusalInterceptor"/> and <see cref="Refusals"/> for REST; once, however many modules a process hosts.</summary>
    public static IServiceCollection AddRefusals(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(s => s.ServiceType == typeof(Marker))) return services;
        services.AddSingleton(new Marker());
        services.AddExceptionHandler<Refusals>();
        services.AddGrpc(options => options.Interceptors.Add<RefusalInterceptor>());
        return services;
    }

    private sealed class Marker;
}
