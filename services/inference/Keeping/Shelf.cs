namespace MindBridge.Inference.Keeping;

/// <summary>
/// What was loaded, by name: each thing once however many ask for it at a time, shared while it is used, and a few of those that nobody uses kept for
/// the next to ask. Loading holds no lock, and goes on when the one who asked first has gone.
/// </summary>
internal sealed class Shelf<TKey, T>(Func<TKey, CancellationToken, Task<T>> load, int mostIdle) : IAsyncDisposable
    where TKey : notnull
    where T : class, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Place> places = [];
    private readonly CancellationTokenSource closing = new();
    private long clock;

    /// <summary>A use of the thing, loaded first where it must be. Throws what loading throws; the next to ask tries again.</summary>
    public async Task<Use<T>> TakeAsync(TKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var place = PlaceOf(key);
            var counted = await place.Loaded.WaitAsync(cancellationToken);
            if (counted.TryUse() is { } use)
            {
                Trim();
                return use;
            }

            // Let go between the two lines above: it is loaded anew.
            Forget(key, place);
        }
    }

    /// <summary>True when the thing is loaded, or being loaded.</summary>
    public bool Has(TKey key)
    {
        lock (gate) return places.ContainsKey(key);
    }

    /// <summary>Takes a thing off the shelf; whoever uses it still may.</summary>
    public void Remove(TKey key)
    {
        Place? place;
        lock (gate)
        {
            if (!places.Remove(key, out place)) return;
        }

        _ = LetGoAsync(place);
    }

    /// <summary>Lets go of what nobody uses, beyond the few that are kept.</summary>
    public void Trim()
    {
        lock (gate)
        {
            var idle = places.Where(p => p.Value.Loaded is { IsCompletedSuccessfully: true, Result.IsIdle: true }).OrderByDescending(p => p.Value.LastAsked).Skip(mostIdle).ToList();
            foreach (var (key, place) in idle)
                if (place.Loaded.Result.TryLetGoIdle()) places.Remove(key);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Place> all;
        lock (gate)
        {
            if (closing.IsCancellationRequested) return;
            closing.Cancel();
            all = [.. places.Values];
            places.Clear();
        }

        foreach (var place in all) await LetGoAsync(place);
        closing.Dispose();
    }

    private static async Task LetGoAsync(Place place)
    {
        try
        {
            (await place.Loaded).End();
        }
        catch
        {
            // What failed to load needs no letting go; those who asked for it have been told.
        }
    }

    private Place PlaceOf(TKey key)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
            if (!places.TryGetValue(key, out var place))
            {
                place = new Place();
                places[key] = place;
                place.Loaded = Task.Run(() => LoadAsync(key, place, closing.Token));
            }

            place.LastAsked = ++clock;
            return place;
        }
    }

    private async Task<Counted<T>> LoadAsync(TKey key, Place place, CancellationToken cancellationToken)
    {
        try
        {
            return new Counted<T>(await load(key, cancellationToken));
        }
        catch
        {
            Forget(key, place);
            throw;
        }
    }

    private void Forget(TKey key, Place place)
    {
        lock (gate)
        {
            if (places.TryGetValue(key, out var there) && ReferenceEquals(there, place)) places.Remove(key);
        }
    }

    private sealed class Place
    {
        public Task<Counted<T>> Loaded { get; set; } = null!;

        public long LastAsked { get; set; }
    }
}
