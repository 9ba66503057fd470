using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Endpoints for gRPC services.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Serves <typeparamref name="TService"/>, a class derived from a generated base class. Each call has its own instance.</summary>
    /// <exception cref="InvalidOperationException"><c>AddGrpc</c> was not called, or the type derives from no generated base class.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.ServiceProvider;
        var served = services.GetService<ServedServices>()
            ?? throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpc' inside the call to 'ConfigureServices(...)' in the application startup code.");
        var all = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var one = services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;

        var methods = new ServiceMethods<TService>(ServingOptions.Of(all, one), services);
        methods.Bind();
        served.Add(typeof(TService));

        var conventions = new List<IEndpointConventionBuilder>();
        foreach (var (method, metadata, handler) in methods.Found)
        {
            var endpoint = builder.Map(RoutePatternFactory.Parse(method.FullName), handler);
            endpoint.Add(adding =>
            {
                adding.DisplayName = $"gRPC - {method.FullName}";
                adding.Metadata.Add(new GrpcMethodMetadata(typeof(TService), method));
                foreach (var item in metadata) adding.Metadata.Add(item);
            });
            conventions.Add(endpoint);
        }
        if (!(one.IgnoreUnknownServices ?? all.IgnoreUnknownServices ?? false))
        {
            foreach (var service in methods.Found.Select(found => found.Method.ServiceName).Distinct(StringComparer.Ordinal))
                MapUnimplemented(builder, $"/{service}/{{unimplementedMethod}}", "Method is unimplemented.");
        }
        if (!served.AnswersUnknownServices && !(all.IgnoreUnknownServices ?? false))
        {
            served.AnswersUnknownServices = true;
            MapUnimplemented(builder, "{unimplementedService}/{unimplementedMethod}", "Service is unimplemented.");
        }
        return new GrpcServiceEndpointConventionBuilder(conventions);
    }

    private static void MapUnimplemented(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        var onlyGrpc = new { unimplementedMethod = new GrpcRequestConstraint() };
        builder.Map(RoutePatternFactory.Parse(pattern, defaults: null, parameterPolicies: onlyGrpc), http => Refusal.Unimplemented(http, detail))
            .Add(endpoint =>
            {
                endpoint.DisplayName = $"gRPC - {pattern}";
                // Anything else that fits is meant more.
                ((RouteEndpointBuilder)endpoint).Order = int.MaxValue;
            });
    }
}

/// <summary>Adds conventions, such as <c>RequireAuthorization</c>, to every method of a service.</summary>
public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly List<IEndpointConventionBuilder> _endpoints;

    internal GrpcServiceEndpointConventionBuilder(IEnumerable<IEndpointConventionBuilder> endpoints) => _endpoints = [.. endpoints];

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in _endpoints) endpoint.Add(convention);
    }

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finalConvention)
    {
        foreach (var endpoint in _endpoints) endpoint.Finally(finalConvention);
    }
}
