using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Inference.TakingTurns;
using MindBridge.Platform.Rpc;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>What cannot be done, as OpenAI's clients read it.</summary>
internal sealed record OpenAiRefusal(int Status, string Type, string? Code, string Message, string? Param = null)
{
    /// <summary>A caller can put right what is named; everything else is a defect of ours and told without its inside.</summary>
    public static OpenAiRefusal Of(Exception e) => e switch
    {
        OpenAiArgumentException bad => new(400, "invalid_request_error", bad.Code, bad.Message, bad.Param),
        KeyNotFoundException => new(404, "invalid_request_error", "model_not_found", e.Message, "model"),
        UnauthorizedAccessException => new(403, "permission_error", null, e.Message),
        BusyException => new(429, "rate_limit_error", "rate_limit_exceeded", e.Message),
        OutOfTimeException => new(504, "timeout_error", "timeout", e.Message),
        RefusedNowException => new(503, "server_error", "not_ready", e.Message),
        BadHttpRequestException { StatusCode: 413 } => new(413, "invalid_request_error", "request_too_large", $"the request is larger than {OpenAiEndpoints.MostBytes} bytes; shorten it"),
        BadHttpRequestException bad => new(bad.StatusCode, "invalid_request_error", null, bad.Message),
        ArgumentException or InvalidDataException => new(400, "invalid_request_error", null, e.Message),
        RpcException { StatusCode: StatusCode.Unavailable } unavailable => new(503, "server_error", "unavailable", unavailable.Status.Detail),
        _ => new(500, "server_error", null, "the service failed; its log tells why"),
    };

    /// <summary>What was refused before it came here.</summary>
    public static OpenAiRefusal Of(int status, string message) => status switch
    {
        401 => new(status, "authentication_error", "invalid_api_key", message),
        403 => new(status, "permission_error", null, message),
        404 => new(status, "invalid_request_error", null, message),
        413 => new(status, "invalid_request_error", "request_too_large", message),
        429 => new(status, "rate_limit_error", "rate_limit_exceeded", message),
        >= 500 => new(status, "server_error", null, message),
        _ => new(status, "invalid_request_error", null, message),
    };

    public JsonObject ToJson() => new() { ["error"] = new JsonObject { ["message"] = Message, ["type"] = Type, ["param"] = Param, ["code"] = Code } };

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        // What waits is done in seconds; clients that are told no time come back at once.
        if (Status == StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "1";
        await response.WriteAsJsonAsync(ToJson());
    }
}

/// <summary>A field of the request will not do.</summary>
internal sealed class OpenAiArgumentException(string param, string message, string? code = null) : ArgumentException(message)
{
    public string Param => param;

    public string? Code => code;
}
