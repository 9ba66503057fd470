using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server
{
    /// <summary>Goes on configuring gRPC.</summary>
    public interface IGrpcServerBuilder
    {
        /// <summary>The application's services.</summary>
        IServiceCollection Services { get; }
    }

    internal sealed class GrpcServerBuilder(IServiceCollection services) : IGrpcServerBuilder
    {
        public IServiceCollection Services => services;
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>gRPC for an application.</summary>
    public static class GrpcServicesExtensions
    {
        /// <summary>Adds what serving gRPC needs.</summary>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.AddRouting();
            services.AddOptions();
            services.TryAddSingleton<ServedServices>();
            return new GrpcServerBuilder(services);
        }

        /// <summary>Adds what serving gRPC needs, with options for all services.</summary>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services, Action<GrpcServiceOptions> configureOptions) =>
            services.Configure(configureOptions).AddGrpc();

        /// <summary>Sets options of one service.</summary>
        public static IGrpcServerBuilder AddServiceOptions<TService>(this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
            where TService : class
        {
            ArgumentNullException.ThrowIfNull(grpcBuilder);
            grpcBuilder.Services.Configure(configure);
            return grpcBuilder;
        }
    }
}
