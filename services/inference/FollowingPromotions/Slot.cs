using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Platform.Rpc;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>
/// The place of one memory on one LLM version. What shall serve is loaded beside what serves; then one reference changes. A request takes its use of the champion
/// once, so it ends on what it began with. What will not load is tried again, longer and longer apart, while the old champion goes on answering.
/// </summary>
internal sealed class Slot(string tenant, Guid memory, Guid llm, LoadedBridges bridges, BridgeManifests manifests, InferenceSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource closing = new();
    private Champion? champion;
    private Promotion? wanted;
    private Task loading = Task.CompletedTask;
    private int failures;
    private DateTimeOffset notBefore;
    private string? failure;
    private bool closed;

    public string Tenant => tenant;

    public Guid LlmId => llm;

    /// <summary>Says what shall serve; what is older than what was said before is ignored.</summary>
    public void Want(Promotion promotion)
    {
        lock (gate)
        {
            if (closed || promotion.Sequence < (wanted?.Sequence ?? long.MinValue)) return;
            if (promotion.Sequence > (wanted?.Sequence ?? long.MinValue)) (wanted, failures, notBefore) = (promotion, 0, DateTimeOffset.MinValue);
            if (champion?.Sequence == wanted!.Sequence || !loading.IsCompleted || time.GetUtcNow() < notBefore) return;
            loading = Task.Run(LoadAsync);
        }
    }

    /// <summary>The champion now, in use; null when none has been loaded.</summary>
    public (Use<Served> Use, long Sequence, string? Trace)? TryUse()
    {
        // Between the two reads the champion may have been replaced and let go of; then there is another.
        while (Volatile.Read(ref champion) is { } now)
            if (now.Hold.TryAgain() is { } use) return (use, now.Sequence, now.Trace);
        return null;
    }

    /// <summary>The champion, once there is one, and the trace of its promotion.</summary>
    /// <exception cref="RefusedNowException">It would not load.</exception>
    public async Task<(Use<Served> Use, string? Trace)> UseAsync(CancellationToken cancellationToken)
    {
        if (TryUse() is { } now) return (now.Use, now.Trace);
        Task first;
        lock (gate) first = loading;
        await first.WaitAsync(cancellationToken);
        return TryUse() is { } loaded ? (loaded.Use, loaded.Trace) : throw new RefusedNowException($"the champion of memory {memory} could not be loaded ({failure}); it is tried again by itself, see the log of inference");
    }

    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            if (closed) return;
            closed = true;
            last = loading;
        }

        await closing.CancelAsync();
        await last;
        Interlocked.Exchange(ref champion, null)?.Hold.Dispose();
        closing.Dispose();
    }

    private async Task LoadAsync()
    {
        while (true)
        {
            Promotion next;
            lock (gate) next = wanted!;
            try
            {
                var use = await LoadAsync(next);
                lock (gate)
                {
                    var old = champion;
                    Volatile.Write(ref champion, new Champion(next.Sequence, use, next.Trace));
                    old?.Hold.Dispose();
                    if (old is null || old.Hold.Value.BridgeId != next.BridgeId) logger.LogInformation("bridge {Bridge} serves memory {Memory} on LLM {Llm} by promotion {Sequence}", next.BridgeId, memory, llm, next.Sequence);
                    (failures, failure) = (0, null);
                    if (ReferenceEquals(wanted, next)) return;
                }
            }
            catch (Exception e)
            {
                if (closing.IsCancellationRequested) return;
                lock (gate)
                {
                    failure = e.Message;
                    // Another was promoted meanwhile: that one, then.
                    if (!ReferenceEquals(wanted, next)) continue;
                    failures++;
                    notBefore = time.GetUtcNow() + Pause();
                }

                logger.LogWarning(e, "bridge {Bridge} shall serve memory {Memory} on LLM {Llm} but cannot be loaded ({Reason}); the one before goes on, and it is tried again", next.BridgeId, memory, llm, e.Message);
                return;
            }
        }
    }

    private async Task<Use<Served>> LoadAsync(Promotion next)
    {
        var manifest = await manifests.ReadAsync(next.BridgeId, closing.Token);
        if (manifest.TenantId != tenant || manifest.MemoryId != memory || manifest.LlmId != llm)
            throw new InvalidDataException($"bridge {next.BridgeId} was promoted for memory {memory} on LLM {llm}, but it was made for memory {manifest.MemoryId} on LLM {manifest.LlmId}; promote a bridge of this memory");
        return await bridges.UseAsync(next.BridgeId, closing.Token);
    }

    private TimeSpan Pause()
    {
        var doubled = settings.Look * Math.Pow(2, Math.Min(failures - 1, 20));
        return doubled < settings.LongestPause ? doubled : settings.LongestPause;
    }
}
