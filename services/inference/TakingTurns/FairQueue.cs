using System.Diagnostics.CodeAnalysis;

namespace MindBridge.Inference.TakingTurns;

/// <summary>What waits: tenant after tenant, and each tenant's in its order. For callers who hold a lock of their own.</summary>
internal sealed class FairQueue<T>
{
    private readonly Dictionary<string, LinkedList<T>> waiting = new(StringComparer.Ordinal);
    // Tenants with something waiting; the first is next.
    private readonly LinkedList<string> order = new();

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many of a tenant wait.</summary>
    public int CountOf(string tenant) => waiting.TryGetValue(tenant, out var own) ? own.Count : 0;

    /// <summary>Adds at the tenant's end; the place is for <see cref="Remove"/>.</summary>
    public LinkedListNode<T> Add(string tenant, T item)
    {
        if (!waiting.TryGetValue(tenant, out var own))
        {
            waiting[tenant] = own = new LinkedList<T>();
            order.AddLast(tenant);
        }

        Count++;
        return own.AddLast(item);
    }

    /// <summary>Takes out of turn; false when it was taken already.</summary>
    public bool Remove(string tenant, LinkedListNode<T> place)
    {
        if (place.List is null) return false;
        place.List.Remove(place);
        Count--;
        if (waiting[tenant].Count == 0) Forget(tenant);
        return true;
    }

    /// <summary>Takes the next; its tenant goes to the end.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T next)
    {
        next = default;
        if (order.First is not { } first) return false;
        var tenant = first.Value;
        var own = waiting[tenant];
        next = own.First!.Value;
        own.RemoveFirst();
        Count--;
        if (own.Count == 0)
        {
            Forget(tenant);
        }
        else
        {
            order.RemoveFirst();
            order.AddLast(tenant);
        }

        return true;
    }

    private void Forget(string tenant)
    {
        waiting.Remove(tenant);
        order.Remove(tenant);
    }
}
