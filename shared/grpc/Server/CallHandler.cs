using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers the HTTP requests of one method.</summary>
internal abstract class CallHandler
{
    public abstract Task HandleAsync(HttpContext http);
}

/// <summary>Answers the HTTP requests of one method of <typeparamref name="TService"/>; what differs by kind of call is left to the derived classes.</summary>
internal abstract class CallHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServingOptions options, IServiceProvider services) : CallHandler
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private static readonly ObjectFactory<TService> s_create = ActivatorUtilities.CreateFactory<TService>([]);

    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
    private readonly FrameWriter _frames = new(options.MaxSend);

    public override async Task HandleAsync(HttpContext http)
    {
        if (Refusal.IsRefused(http)) return;
        // One message has its own limit, and a stream has none.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        // A stream may be silent for hours; a single request may not dawdle (Kestrel's MinRequestBodyDataRate).
        if (method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;

        using var call = new HttpServerCallContext(http, options);
        call.Begin();
        TResponse? response = null;
        try
        {
            response = await InvokeAsync(call);
        }
        catch (Exception e)
        {
            Fail(call, e);
        }
        if (!call.TryEnd())
        {
            // The deadline has answered already. The request belongs to this method until that answer is out.
            await call.DeadlineAnswered;
            return;
        }
        if (response is not null && call.Status.StatusCode == StatusCode.OK)
        {
            try
            {
                await call.StartAsync();
                call.WriteFrame(_frames, response, method.ResponseMarshaller);
            }
            catch (Exception e)
            {
                Fail(call, e);
            }
        }
        call.WriteStatus(call.Status, call.ResponseTrailers);
    }

    /// <summary>Runs the service's method; the response of a call that has only one.</summary>
    protected abstract Task<TResponse?> InvokeAsync(HttpServerCallContext call);

    protected FrameReader Requests(HttpServerCallContext call) =>
        new(call.Http.Request.BodyReader, options.MaxReceive, options.Encodings) { Encoding = call.Http.Request.Headers[HeaderNames.Encoding] };

    protected async ValueTask<TRequest> SingleRequestAsync(HttpServerCallContext call) =>
        await Requests(call).ReadSingleAsync(method.RequestMarshaller.ContextualDeserializer, call.CancellationToken);

    protected RequestReader<TRequest> RequestStream(HttpServerCallContext call) => new(call, Requests(call), method.RequestMarshaller);

    protected ResponseWriter<TResponse> ResponseStream(HttpServerCallContext call) => new(call, _frames, method.ResponseMarshaller);

    /// <summary>Runs a method of the service behind its interceptors, the first one outermost.</summary>
    /// <param name="call">The call.</param>
    /// <param name="bind">The service's method as a delegate.</param>
    /// <param name="wrap">The delegate behind one interceptor more.</param>
    /// <param name="run">Calls the outermost delegate.</param>
    protected async Task<T> InterceptedAsync<TDelegate, T>(
        HttpServerCallContext call, Func<TService, TDelegate> bind, Func<Interceptor, TDelegate, TDelegate> wrap, Func<TDelegate, Task<T>> run)
    {
        var scope = call.Http.RequestServices;
        var shared = scope.GetService<TService>();
        var service = shared ?? s_create(scope, null);
        var owned = shared is null ? new List<object> { service } : [];
        try
        {
            var handler = bind(service);
            foreach (var registration in options.Interceptors.Reverse())
            {
                var (interceptor, isOwned) = registration.Create(scope);
                if (isOwned) owned.Add(interceptor);
                handler = wrap(interceptor, handler);
            }
            return await run(handler);
        }
        finally
        {
            foreach (var mine in owned)
            {
                if (mine is IAsyncDisposable later) await later.DisposeAsync();
                else (mine as IDisposable)?.Dispose();
            }
        }
    }

    protected static TResponse Answered(TResponse? response) =>
        response ?? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));

    private void Fail(HttpServerCallContext call, Exception e)
    {
        switch (e)
        {
            case RpcException rpc:
                _logger.LogInformation(rpc, "{Method} ended with {StatusCode}", method.FullName, rpc.StatusCode);
                call.Status = rpc.Status;
                foreach (var entry in rpc.Trailers) call.ResponseTrailers.Add(entry);
                break;
            case OperationCanceledException or IOException when call.CancellationToken.IsCancellationRequested:
                // The client has gone or its time is up: that is no error of the method.
                call.Status = Status.DefaultCancelled;
                break;
            default:
                _logger.LogError(e, "{Method} threw", method.FullName);
                call.Status = new Status(StatusCode.Unknown, options.DetailedErrors ? $"Exception was thrown by handler. {Chain(e)}" : "Exception was thrown by handler.", e);
                break;
        }
    }

    private static string Chain(Exception e) => $"{e.GetType().Name}: {e.Message}{(e.InnerException is null ? "" : " " + Chain(e.InnerException))}";
}
