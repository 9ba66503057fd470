using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Makes calls on a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        call.Start(request);
        return new AsyncUnaryCall<TResponse>(call.SingleResponseAsync(), Headers<TRequest, TResponse>, Ended<TRequest, TResponse>, Trailers<TRequest, TResponse>, Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        call.Start(request);
        return new AsyncServerStreamingCall<TResponse>(
            new ResponseReader<TRequest, TResponse>(call), Headers<TRequest, TResponse>, Ended<TRequest, TResponse>, Trailers<TRequest, TResponse>, Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        var requests = new RequestWriter<TRequest, TResponse>(call, call.StartStream());
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, call.SingleResponseAsync(), Headers<TRequest, TResponse>, Ended<TRequest, TResponse>, Trailers<TRequest, TResponse>, Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        var requests = new RequestWriter<TRequest, TResponse>(call, call.StartStream());
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, new ResponseReader<TRequest, TResponse>(call), Headers<TRequest, TResponse>, Ended<TRequest, TResponse>, Trailers<TRequest, TResponse>, Dispose, call);
    }

    private static Task<Metadata> Headers<TRequest, TResponse>(object call)
        where TRequest : class
        where TResponse : class => ((HttpCall<TRequest, TResponse>)call).ResponseHeaders;

    private static Status Ended<TRequest, TResponse>(object call)
        where TRequest : class
        where TResponse : class => ((HttpCall<TRequest, TResponse>)call).Status;

    private static Metadata Trailers<TRequest, TResponse>(object call)
        where TRequest : class
        where TResponse : class => ((HttpCall<TRequest, TResponse>)call).Trailers;

    private static void Dispose(object call) => ((IDisposable)call).Dispose();
}
