using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server;

/// <summary>The methods of a service class, found through the <c>BindService</c> of its generated base class, each with its handler.</summary>
internal sealed class ServiceMethods<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(ServingOptions options, IServiceProvider services) : ServiceBinderBase
    where TService : class
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly List<(IMethod, IReadOnlyList<object>, RequestDelegate)> _found = [];

    /// <summary>The methods, what the class and the method have in attributes, and who answers.</summary>
    public IReadOnlyList<(IMethod Method, IReadOnlyList<object> Metadata, RequestDelegate Handler)> Found => _found;

    public void Bind()
    {
        var (attribute, generated) = GeneratedBase.Of(typeof(TService))
            ?? throw new InvalidOperationException($"{typeof(TService)} derives from no class that the gRPC generator wrote; derive it from SERVICE.SERVICEBase");
        var bind = attribute.BindType.GetMethod(attribute.BindMethodName, AnyStatic, [typeof(ServiceBinderBase), generated])
            ?? throw new InvalidOperationException($"Cannot locate {attribute.BindMethodName}({nameof(ServiceBinderBase)}, {generated.Name}) on {attribute.BindType}; generate the code of {typeof(TService)} again");
        // Without an implementation: only the methods are asked for.
        bind.Invoke(null, [this, null]);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var (call, metadata) = Implementation<UnaryOf<TService, TRequest, TResponse>>(method, typeof(TRequest), typeof(ServerCallContext));
        Add(method, metadata, new UnaryHandler<TService, TRequest, TResponse>(method, call, options, services));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (call, metadata) = Implementation<ClientStreamingOf<TService, TRequest, TResponse>>(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        Add(method, metadata, new ClientStreamingHandler<TService, TRequest, TResponse>(method, call, options, services));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (call, metadata) = Implementation<ServerStreamingOf<TService, TRequest, TResponse>>(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, metadata, new ServerStreamingHandler<TService, TRequest, TResponse>(method, call, options, services));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (call, metadata) = Implementation<DuplexStreamingOf<TService, TRequest, TResponse>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, metadata, new DuplexStreamingHandler<TService, TRequest, TResponse>(method, call, options, services));
    }

    private static (TDelegate, IReadOnlyList<object>) Implementation<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate
    {
        var found = typeof(TService).GetMethod(method.Name, BindingFlags.Instance | BindingFlags.Public, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name}({string.Join(", ", parameters.Select(type => type.Name))})");
        // [Authorize] and the like: the class first, so that the method's own say is the last.
        return (found.CreateDelegate<TDelegate>(), [.. typeof(TService).GetCustomAttributes(inherit: true), .. found.GetCustomAttributes(inherit: true)]);
    }

    private void Add(IMethod method, IReadOnlyList<object> metadata, CallHandler handler) =>
        _found.Add((method, [.. metadata, new HttpMethodMetadata([HttpMethods.Post], acceptCorsPreflight: true)], handler.HandleAsync));
}

/// <summary>A unary method of a service class, its instance open.</summary>
internal delegate Task<TResponse> UnaryOf<TService, TRequest, TResponse>(TService service, TRequest request, ServerCallContext context);

/// <summary>A client streaming method of a service class, its instance open.</summary>
internal delegate Task<TResponse> ClientStreamingOf<TService, TRequest, TResponse>(TService service, IAsyncStreamReader<TRequest> requests, ServerCallContext context);

/// <summary>A server streaming method of a service class, its instance open.</summary>
internal delegate Task ServerStreamingOf<TService, TRequest, TResponse>(TService service, TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context);

/// <summary>A bidirectional method of a service class, its instance open.</summary>
internal delegate Task DuplexStreamingOf<TService, TRequest, TResponse>(
    TService service, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context);
