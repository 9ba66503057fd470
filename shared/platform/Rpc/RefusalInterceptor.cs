using Grpc.Core;
using Grpc.Core.Interceptors;

namespace MindBridge.Platform.Rpc;

/// <summary>What a caller can put right comes back as a sentence with its status; a defect of ours as INTERNAL, without its inside.</summary>
public sealed class RefusalInterceptor(ILogger<RefusalInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Refused(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Refused(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Refused(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Refused(e, context);
        }
    }

    private RpcException Refused(Exception e, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested) return new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
        if (e is KeyNotFoundException) return new RpcException(new Status(StatusCode.NotFound, e.Message));
        if (e is UnauthorizedAccessException) return new RpcException(new Status(StatusCode.PermissionDenied, e.Message));
        if (e is RefusedNowException) return new RpcException(new Status(StatusCode.FailedPrecondition, e.Message));
        if (e is ArgumentException or InvalidDataException) return new RpcException(new Status(StatusCode.InvalidArgument, e.Message));
        logger.LogError(e, "{Method} failed", context.Method);
        return new RpcException(new Status(StatusCode.Internal, "the service failed; its log tells why"));
    }
}
