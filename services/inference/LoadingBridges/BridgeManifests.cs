using System.Collections.Concurrent;
using MindBridge.Contracts;
using MindBridge.Platform.Artifacts;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>What bridges consist of. A manifest is small and never changes, so what was read once is remembered: whose a bridge is can be told before anything is loaded.</summary>
internal sealed class BridgeManifests(IArtifactStore store, UnpackingFolder work)
{
    private const int Most = 10_000;
    private readonly ConcurrentDictionary<string, BridgeManifest> known = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The id is none.</exception>
    /// <exception cref="FileNotFoundException">The store holds no such artifact.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no bridge.</exception>
    public async Task<BridgeManifest> ReadAsync(string bridgeId, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(bridgeId, out var remembered)) return remembered;
        using var folder = work.New();
        var path = folder.PathOf("manifest");
        await store.LoadAsync(new ArtifactId(bridgeId), path, cancellationToken);
        var manifest = BridgeManifest.Of(await File.ReadAllBytesAsync(path, cancellationToken));
        if (known.Count >= Most) known.Clear();
        return known[bridgeId] = manifest;
    }
}
