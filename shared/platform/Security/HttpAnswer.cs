using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Security;

/// <summary>Answers a request before it reaches its endpoint, in the caller's own terms.</summary>
internal static class HttpAnswer
{
    /// <summary>True for a gRPC call.</summary>
    public static bool IsCall(HttpContext context) => context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    public static async Task WriteAsync(HttpContext context, int status, StatusCode code, string sentence)
    {
        if (IsCall(context))
        {
            // A status without a message: gRPC's "trailers only".
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(sentence);
            return;
        }

        context.Response.StatusCode = status;
        if (context.RequestServices.GetService<IProblemDetailsService>() is not { } problems || !await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = status, Detail = sentence } }))
            await context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
