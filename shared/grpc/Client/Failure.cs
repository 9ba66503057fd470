using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Which status an exception of the HTTP client stands for.</summary>
internal static class Failure
{
    public static Status StatusOf(Exception e)
    {
        if (e is RpcException rpc) return rpc.Status;
        if (e is OperationCanceledException) return new Status(StatusCode.Cancelled, "Call canceled by the client.", e);
        var code = CodeOf(e);
        return new Status(code, $"Error in gRPC call. {Chain(e)}", e);
    }

    private static StatusCode CodeOf(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpProtocolException reset) return CodeOfReset(reset.ErrorCode);
            if (inner is SocketException) return StatusCode.Unavailable;
        }
        return e is IOException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ResponseEnded or HttpRequestError.ProxyTunnelError }
            ? StatusCode.Unavailable
            : StatusCode.Internal;
    }

    // The table of the gRPC protocol for HTTP/2 error codes.
    private static StatusCode CodeOfReset(long error) => error switch
    {
        7 => StatusCode.Unavailable, // REFUSED_STREAM: not begun, so it may be repeated
        8 => StatusCode.Cancelled,
        11 => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static string Chain(Exception e) => $"{e.GetType().Name}: {e.Message}{(e.InnerException is null ? "" : " " + Chain(e.InnerException))}";
}
