namespace MindBridge.Inference.TakingTurns;

/// <summary>
/// The way to something that only one may use at a time: tenant after tenant, and each tenant's requests in their order. So a tenant that asks a hundred things at once waits for itself,
/// not the others for it. A turn ends when it is disposed of.
/// </summary>
internal sealed class Lane(string what, int mostWaiting)
{
    private readonly Lock gate = new();
    private readonly FairQueue<TaskCompletionSource> waiting = new();
    private bool taken;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <summary>Waits for a turn; a cancelled wait leaves the queue at once.</summary>
    /// <exception cref="BusyException">Too many of the tenant's requests wait already.</exception>
    public async Task<Turn> EnterAsync(string tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> place;
        lock (gate)
        {
            if (!taken)
            {
                taken = true;
                return new Turn(this);
            }

            BusyException.ThrowIfMore(waiting.CountOf(tenant), mostWaiting, what);
            place = waiting.Add(tenant, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using (cancellationToken.Register(() => Leave(tenant, place, cancellationToken))) await place.Value.Task;
        return new Turn(this);
    }

    private void Leave(string tenant, LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // Called already: the turn is the caller's, who will give it back.
            if (!waiting.Remove(tenant, place)) return;
        }

        place.Value.TrySetCanceled(cancellationToken);
    }

    private void Next()
    {
        TaskCompletionSource? next;
        lock (gate)
        {
            if (!waiting.TryTake(out next)) taken = false;
        }

        next?.SetResult();
    }

    /// <summary>The right to run; the next one runs when it is disposed of.</summary>
    internal sealed class Turn(Lane lane) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0) lane.Next();
        }
    }
}
