using Grpc.AspNetCore.HealthChecks;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>gRPC health for an application.</summary>
    public static class GrpcHealthChecksServiceExtensions
    {
        /// <summary>Adds health checks whose results are served by gRPC, too.</summary>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton<HealthServiceImpl>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHealthCheckPublisher, HealthPublisher>());
            services.Configure<GrpcHealthChecksOptions>(options => options.Services.Map("", _ => true));
            return services.AddHealthChecks();
        }

        /// <summary>Adds health checks whose results are served by gRPC, too, and says which checks make up which service.</summary>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions> configure)
        {
            ArgumentNullException.ThrowIfNull(configure);
            var checks = services.AddGrpcHealthChecks();
            services.Configure(configure);
            return checks;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>The endpoint of gRPC health.</summary>
    public static class GrpcHealthChecksEndpointRouteBuilderExtensions
    {
        /// <summary>Serves <c>grpc.health.v1.Health</c> from the application's health checks.</summary>
        public static GrpcServiceEndpointConventionBuilder MapGrpcHealthChecksService(this IEndpointRouteBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            return builder.ServiceProvider.GetService<HealthServiceImpl>() is null
                ? throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpcHealthChecks'.")
                : builder.MapGrpcService<CheckedHealth>();
        }
    }
}
