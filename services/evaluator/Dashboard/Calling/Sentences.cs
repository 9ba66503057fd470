using Grpc.Core;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>What a person reads when a call fails.</summary>
internal static class Sentences
{
    /// <summary>True for what a service or its absence causes; anything else is a defect of ours.</summary>
    public static bool Explains(Exception e) => e is RpcException or IOException or OperationCanceledException or HttpRequestException;

    public static string Of(Exception e) => e switch
    {
        RpcException { StatusCode: StatusCode.Unavailable } => "A service does not answer. See what runs with ./mindbridge status, and start it with ./mindbridge up; this page goes on by itself.",
        RpcException { StatusCode: StatusCode.DeadlineExceeded } => "A service took too long to answer; this page tries again by itself.",
        RpcException { StatusCode: StatusCode.Unauthenticated } => "Your key or sign-in is not accepted any more. Sign out, and sign in again.",
        RpcException { StatusCode: StatusCode.PermissionDenied } refused => $"You may not do that: {refused.Status.Detail}.",
        RpcException other => Sentence(other.Status.Detail),
        OperationCanceledException => "The call was stopped before it was answered; try it again.",
        _ => Sentence(e.Message),
    };

    /// <summary>What a file's address answers when the call behind it fails.</summary>
    public static int Status(RpcException e) => e.StatusCode switch
    {
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status502BadGateway,
    };

    private static string Sentence(string text) => text.Length == 0 ? "The service failed without a word; its log tells why." : char.ToUpperInvariant(text[0]) + text[1..] + (text[^1] is '.' or '!' or '?' ? "" : ".");
}
