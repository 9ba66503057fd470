using Grpc.Core;

namespace MindBridge.Cli.Platform;

/// <summary>What a service answered in place of a result, as the sentence the terminal shows.</summary>
internal static class Spoken
{
    /// <summary>Runs a verb that calls services; a refusal becomes an error that a user can act on.</summary>
    public static async Task<int> AsSentencesAsync(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable)
        {
            throw new IOException($"a service of the platform does not answer ({e.Status.Detail}); see `mindbridge status`, or start the platform with `mindbridge up`", e);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unauthenticated)
        {
            throw new UnauthorizedAccessException("the platform does not know this key; unset MINDBRIDGE_KEY, or ask an operator for a key", e);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Cancelled)
        {
            throw new OperationCanceledException(e.Status.Detail, e);
        }
        catch (RpcException e)
        {
            throw new ArgumentException(e.Status.Detail, e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"the edit registry does not answer ({e.Message}); see `mindbridge status`, or start the platform with `mindbridge up`", e);
        }
    }
}
