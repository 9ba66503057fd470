namespace MindBridge.Inference.TakingTurns;

/// <summary>
/// The way to one LLM: one at a time, tenant after tenant, and each tenant's requests in their order. So a tenant that asks a hundred things at once waits for itself,
/// not the others for it. A turn ends when it is disposed of.
/// </summary>
internal sealed class Lane(string what, int mostWaiting)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource>> waiting = new(StringComparer.Ordinal);
    // Tenants with somebody waiting; the first is next.
    private readonly LinkedList<string> order = new();
    private bool taken;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return waiting.Values.Sum(w => w.Count);
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

            var own = QueueOf(tenant);
            if (own.Count >= mostWaiting) throw new BusyException($"{own.Count} of your requests wait for {what} already; send fewer at once, or try again in a moment");
            place = own.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using (cancellationToken.Register(() => Leave(tenant, place, cancellationToken))) await place.Value.Task;
        return new Turn(this);
    }

    private LinkedList<TaskCompletionSource> QueueOf(string tenant)
    {
        if (waiting.TryGetValue(tenant, out var own)) return own;
        waiting[tenant] = own = new LinkedList<TaskCompletionSource>();
        order.AddLast(tenant);
        return own;
    }

    private void Leave(string tenant, LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // Called already: the turn is the caller's, who will give it back.
            if (place.List is null) return;
            place.List.Remove(place);
            if (waiting[tenant].Count == 0) Forget(tenant);
        }

        place.Value.TrySetCanceled(cancellationToken);
    }

    private void Next()
    {
        TaskCompletionSource next;
        lock (gate)
        {
            if (order.First is not { } first)
            {
                taken = false;
                return;
            }

            var tenant = first.Value;
            var own = waiting[tenant];
            next = own.First!.Value;
            own.RemoveFirst();
            if (own.Count == 0)
            {
                Forget(tenant);
            }
            else
            {
                order.RemoveFirst();
                order.AddLast(tenant);
            }
        }

        next.SetResult();
    }

    private void Forget(string tenant)
    {
        waiting.Remove(tenant);
        order.Remove(tenant);
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
