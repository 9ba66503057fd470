using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>One request, one response.</summary>
internal sealed class UnaryHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, UnaryOf<TService, TRequest, TResponse> invoke, ServingOptions options, IServiceProvider services)
    : CallHandler<TService, TRequest, TResponse>(method, options, services)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task<TResponse?> InvokeAsync(HttpServerCallContext call)
    {
        var request = await SingleRequestAsync(call);
        return Answered(await InterceptedAsync<UnaryServerMethod<TRequest, TResponse>, TResponse>(
            call,
            service => (sent, context) => invoke(service, sent, context),
            (interceptor, next) => (sent, context) => interceptor.UnaryServerHandler(sent, context, next),
            handler => handler(request, call)));
    }
}

/// <summary>Many requests, one response.</summary>
internal sealed class ClientStreamingHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, ClientStreamingOf<TService, TRequest, TResponse> invoke, ServingOptions options, IServiceProvider services)
    : CallHandler<TService, TRequest, TResponse>(method, options, services)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task<TResponse?> InvokeAsync(HttpServerCallContext call)
    {
        var requests = RequestStream(call);
        return Answered(await InterceptedAsync<ClientStreamingServerMethod<TRequest, TResponse>, TResponse>(
            call,
            service => (stream, context) => invoke(service, stream, context),
            (interceptor, next) => (stream, context) => interceptor.ClientStreamingServerHandler(stream, context, next),
            handler => handler(requests, call)));
    }
}

/// <summary>One request, many responses.</summary>
internal sealed class ServerStreamingHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServerStreamingOf<TService, TRequest, TResponse> invoke, ServingOptions options, IServiceProvider services)
    : CallHandler<TService, TRequest, TResponse>(method, options, services)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task<TResponse?> InvokeAsync(HttpServerCallContext call)
    {
        var request = await SingleRequestAsync(call);
        var responses = ResponseStream(call);
        return await InterceptedAsync<ServerStreamingServerMethod<TRequest, TResponse>, TResponse?>(
            call,
            service => (sent, stream, context) => invoke(service, sent, stream, context),
            (interceptor, next) => (sent, stream, context) => interceptor.ServerStreamingServerHandler(sent, stream, context, next),
            async handler =>
            {
                await handler(request, responses, call);
                return null;
            });
    }
}

/// <summary>Many requests, many responses.</summary>
internal sealed class DuplexStreamingHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, DuplexStreamingOf<TService, TRequest, TResponse> invoke, ServingOptions options, IServiceProvider services)
    : CallHandler<TService, TRequest, TResponse>(method, options, services)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task<TResponse?> InvokeAsync(HttpServerCallContext call)
    {
        var requests = RequestStream(call);
        var responses = ResponseStream(call);
        return await InterceptedAsync<DuplexStreamingServerMethod<TRequest, TResponse>, TResponse?>(
            call,
            service => (sent, stream, context) => invoke(service, sent, stream, context),
            (interceptor, next) => (sent, stream, context) => interceptor.DuplexStreamingServerHandler(sent, stream, context, next),
            async handler =>
            {
                await handler(requests, responses, call);
                return null;
            });
    }
}
