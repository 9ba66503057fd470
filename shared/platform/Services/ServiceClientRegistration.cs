using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Services;

/// <summary>What a service says to reach the others.</summary>
public static class ServiceClientRegistration
{
    /// <summary>Adds <see cref="ServiceClients"/> as the section <c>Services</c> tells; once, however many modules ask.</summary>
    public static IServiceCollection AddServiceClients(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(configuration.GetSection("Services").Get<ServiceAddresses>() ?? new ServiceAddresses());
        services.TryAddSingleton<ServiceClients>();
        return services;
    }
}
