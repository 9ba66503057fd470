namespace MindBridge.Platform.Artifacts;

/// <summary>
/// Artifact folders unpacked on this machine, each by its id, so that an encoder is not fetched for every job. A folder appears when it is whole; what a killed process left half-written
/// has another name and is removed. Only so many stay: the one that was not used for longest goes first, never one in use here.
/// </summary>
/// <param name="store">Where they come from.</param>
/// <param name="folder">Where they lie; made if missing. One process' own.</param>
/// <param name="most">How many stay.</param>
public sealed class ArtifactCache(IArtifactStore store, string folder, int most) : IDisposable
{
    private const string Unfinished = ".unfinished";
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<ArtifactId, int> inUse = [];

    /// <summary>Unpacks a folder unless it is here, and verifies every byte of it either way. Dispose to give it back; its files must be left as they are.</summary>
    /// <exception cref="InvalidDataException">A file is damaged in the store.</exception>
    /// <exception cref="FileNotFoundException">The folder or one of its files is not stored.</exception>
    public async Task<Unpacked> TakeAsync(ArtifactId id, CancellationToken cancellationToken = default)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(folder);
            var place = Path.Combine(folder, id.Value);
            if (Directory.Exists(place) && await ArtifactFolders.IdOfFolderAsync(place, cancellationToken) != id) Directory.Delete(place, recursive: true);
            if (!Directory.Exists(place)) await UnpackAsync(id, place, cancellationToken);
            Directory.SetLastAccessTimeUtc(place, DateTime.UtcNow);
            lock (inUse) inUse[id] = inUse.GetValueOrDefault(id) + 1;
            RemoveOldest();
            return new Unpacked(place, () => GiveBack(id));
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task UnpackAsync(ArtifactId id, string place, CancellationToken cancellationToken)
    {
        var draft = Path.Combine(folder, $"{id}-{Guid.NewGuid():N}{Unfinished}");
        try
        {
            await store.LoadFolderAsync(id, draft, cancellationToken);
            Directory.Move(draft, place);
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
    }

    private void RemoveOldest()
    {
        var here = Directory.EnumerateDirectories(folder).OrderByDescending(Directory.GetLastAccessTimeUtc).ToList();
        lock (inUse)
        {
            var used = inUse.Where(use => use.Value > 0).Select(use => use.Key.Value).ToHashSet(StringComparer.Ordinal);
            foreach (var old in here.Where(place => !used.Contains(Path.GetFileName(place))).Skip(Math.Max(0, most - used.Count))) Directory.Delete(old, recursive: true);
        }
    }

    private void GiveBack(ArtifactId id)
    {
        lock (inUse)
            if (--inUse[id] == 0) inUse.Remove(id);
    }
}

/// <summary>An artifact folder on this machine, for as long as this is not disposed.</summary>
public sealed class Unpacked(string folder, Action giveBack) : IDisposable
{
    private Action? giveBack = giveBack;

    /// <summary>Where its files lie.</summary>
    public string Folder { get; } = folder;

    public void Dispose() => Interlocked.Exchange(ref giveBack, null)?.Invoke();
}
