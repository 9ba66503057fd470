using Grpc.Core;

namespace MindBridge.Inference.TakingTurns;

/// <summary>How long requests may take.</summary>
internal sealed class RequestTimes(InferenceSettings settings, TimeProvider time)
{
    /// <summary>A request arrives.</summary>
    /// <param name="caller">Cancelled when nobody waits for its answer any more.</param>
    /// <param name="asked">How many things are asked at once: it has the time of as many requests.</param>
    public RequestTime Begin(CancellationToken caller, int asked = 1) => new(settings.LongestRequest * asked, time, caller);
}

/// <summary>The time of one request, from its arrival on: what answers it must be found and loaded, its prompt read, its turn come and its text written within.</summary>
internal sealed class RequestTime : IDisposable
{
    private readonly TimeSpan longest;
    private readonly CancellationToken caller;
    private readonly CancellationTokenSource late, either;

    public RequestTime(TimeSpan longest, TimeProvider time, CancellationToken caller)
    {
        (this.longest, this.caller) = (longest, caller);
        late = new CancellationTokenSource(longest, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, caller);
    }

    /// <summary>Cancelled when the time is over, and when the caller goes.</summary>
    public CancellationToken Token => either.Token;

    /// <summary>True where the time ended the request, not the caller.</summary>
    public bool IsOver => late.IsCancellationRequested && !caller.IsCancellationRequested;

    /// <summary>What the caller is told then.</summary>
    public OutOfTimeException Over() => new($"the request took longer than {longest.TotalSeconds:0.#} s, loading and waiting included; ask for less, or try again when fewer ask");

    /// <summary>Work that heeds <see cref="Token"/>.</summary>
    /// <exception cref="OutOfTimeException">It ended because the time was over.</exception>
    public async Task<T> WithinAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsOver && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw Over();
        }
    }

    public void Dispose()
    {
        either.Dispose();
        late.Dispose();
    }
}
