using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>gRPC reflection for an application.</summary>
    public static class GrpcReflectionServiceExtensions
    {
        /// <summary>Adds reflection over every gRPC service that the application maps.</summary>
        public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton<ServedServices>();
            services.TryAddSingleton(provider => new ReflectionServiceImpl(Served(provider)));
            return services;
        }

        // Asked for at the first call, when everything has been mapped.
        private static List<Google.Protobuf.Reflection.ServiceDescriptor> Served(IServiceProvider provider) =>
            [.. provider.GetRequiredService<ServedServices>().Types.Select(Descriptor).OfType<Google.Protobuf.Reflection.ServiceDescriptor>().DistinctBy(service => service.FullName)];

        // Services that protobuf did not generate have none.
        private static Google.Protobuf.Reflection.ServiceDescriptor? Descriptor(Type service) =>
            GeneratedBase.Of(service)?.Attribute.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as Google.Protobuf.Reflection.ServiceDescriptor;
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>The endpoint of gRPC reflection.</summary>
    public static class GrpcReflectionEndpointRouteBuilderExtensions
    {
        /// <summary>Serves reflection, as <c>grpc.reflection.v1alpha</c>.</summary>
        public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            // Asked without making one, which would list only what is mapped so far.
            return builder.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(ReflectionServiceImpl)) == false
                ? throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpcReflection'.")
                : builder.MapGrpcService<ReflectionServiceImpl>();
        }
    }
}
