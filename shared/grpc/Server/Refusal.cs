using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers to requests that never become a call.</summary>
internal static class Refusal
{
    /// <summary>Refuses what is not gRPC; false if it is.</summary>
    public static bool IsRefused(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return true;
        }
        if (!HeaderNames.IsGrpc(http.Request.ContentType))
        {
            Refuse(http, StatusCodes.Status415UnsupportedMediaType, new Status(StatusCode.Internal, $"Content-Type '{http.Request.ContentType}' is not supported."));
            return true;
        }
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.Headers.Upgrade = HttpProtocol.Http2;
            Refuse(http, StatusCodes.Status426UpgradeRequired, new Status(StatusCode.Internal, $"Request protocol '{http.Request.Protocol}' is not supported."));
            return true;
        }
        return false;
    }

    public static Task Unimplemented(HttpContext http, string detail)
    {
        if (IsRefused(http)) return Task.CompletedTask;
        http.Response.ContentType = HeaderNames.ContentType;
        Write(http.Response.Headers, new Status(StatusCode.Unimplemented, detail));
        return Task.CompletedTask;
    }

    public static void Write(IHeaderDictionary headers, Status status)
    {
        headers[HeaderNames.Status] = ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail)) headers[HeaderNames.Message] = PercentText.Encode(status.Detail);
    }

    private static void Refuse(HttpContext http, int code, Status status)
    {
        http.Response.StatusCode = code;
        Write(http.Response.Headers, status);
    }
}
