using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Diagnostics;

namespace MindBridge.Platform.Rpc;

/// <summary>What a caller can put right comes back as a sentence with its status; a defect of ours as 500, without its inside.</summary>
public sealed class Refusals(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var status = exception switch
        {
            KeyNotFoundException => StatusCodes.Status404NotFound,
            UnauthorizedAccessException => StatusCodes.Status403Forbidden,
            RefusedNowException => StatusCodes.Status409Conflict,
            ArgumentException or InvalidDataException => StatusCodes.Status400BadRequest,
            BadHttpRequestException bad => bad.StatusCode,
            _ => StatusCodes.Status500InternalServerError,
        };
        httpContext.Response.StatusCode = status;
        var said = status == StatusCodes.Status500InternalServerError ? "the service failed; its log tells why" : exception.Message;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Status = status, Detail = said } });
    }
}
