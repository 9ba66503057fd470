using MindBridge.Contracts;
using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Serving;
using MindBridge.Platform.Artifacts;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>Bridges in memory, champions and challengers alike; whoever serves or tries one holds a use of it.</summary>
internal sealed class LoadedBridges : IAsyncDisposable
{
    private readonly IArtifactStore store;
    private readonly UnpackingFolder work;
    private readonly BridgeManifests manifests;
    private readonly LlmCatalogue catalogue;
    private readonly InferenceSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger<LoadedBridges> logger;
    private readonly Shelf<string, EncoderPart> encoders;
    private readonly Shelf<string, Served> bridges;
    // Loading is disk and memory, and happens beside answering: one after another.
    private readonly SemaphoreSlim loading = new(1);

    public LoadedBridges(IArtifactStore store, UnpackingFolder work, BridgeManifests manifests, LlmCatalogue catalogue, InferenceSettings settings, TimeProvider time, ILogger<LoadedBridges> logger)
    {
        (this.store, this.work, this.manifests, this.catalogue, this.settings, this.time, this.logger) = (store, work, manifests, catalogue, settings, time, logger);
        encoders = new Shelf<string, EncoderPart>(LoadEncoderAsync, settings.KeptEncoders);
        bridges = new Shelf<string, Served>(LoadAsync, settings.KeptBridges);
    }

    /// <summary>A use of a bridge, loaded first where it must be.</summary>
    /// <exception cref="FileNotFoundException">Something of it is not in the store.</exception>
    /// <exception cref="InvalidDataException">Something of it is damaged, or its parts do not belong together.</exception>
    public Task<Use<Served>> UseAsync(string bridgeId, CancellationToken cancellationToken) => bridges.TakeAsync(bridgeId, cancellationToken);

    /// <summary>True when the bridge is in memory, or on its way.</summary>
    public bool Has(string bridgeId) => bridges.Has(bridgeId);

    /// <summary>Lets go of what nobody has used for longest, beyond what is kept.</summary>
    public void Trim()
    {
        bridges.Trim();
        encoders.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await bridges.DisposeAsync();
        await encoders.DisposeAsync();
    }

    private async Task<Served> LoadAsync(string bridgeId, CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        var (parts, opened) = (new List<Use<EncoderPart>>(), new List<Bridge>());
        Use<LoadedLlm>? llm = null;
        try
        {
            var began = time.GetTimestamp();
            var manifest = await manifests.ReadAsync(bridgeId, cancellationToken);
            var version = await catalogue.FindAsync(manifest.LlmId, cancellationToken);
            if (version.ContentHash != manifest.LlmHash)
                throw new InvalidDataException($"bridge {bridgeId} was made for content {manifest.LlmHash} of {version.Title}, which was released with {version.ContentHash}; train the bridge again");
            llm = await catalogue.UseAsync(version, cancellationToken);
            var shards = new List<Shard>();
            foreach (var part in manifest.Parts)
            {
                parts.Add(await encoders.TakeAsync(part.EncoderId, cancellationToken));
                opened.Add(await LoadProjectorAsync(part, cancellationToken));
                shards.Add(ShardOf(part, parts[^1].Value, opened[^1], llm.Value));
            }

            var layouts = opened.Select(b => b.Layout).Distinct().ToList();
            if (layouts.Count > 1) throw new InvalidDataException($"bridge {bridgeId} mixes the layouts {string.Join(" and ", layouts)}; train its parts with one");
            var edited = new EditedModel(llm.Value.Llm, shards, layouts[0], artifactIds: [.. manifest.Parts.Select(p => p.EncoderId), bridgeId]);
            var served = new Served(bridgeId, manifest, llm, parts, opened, edited, settings);
            logger.LogInformation("loaded bridge {Bridge} of memory {Memory} on {Llm} in {Seconds:0.00} s", bridgeId, manifest.MemoryId, version.Title, time.GetElapsedTime(began).TotalSeconds);
            return served;
        }
        catch
        {
            opened.ForEach(b => b.Dispose());
            parts.ForEach(p => p.Dispose());
            llm?.Dispose();
            throw;
        }
        finally
        {
            loading.Release();
        }
    }

    private async Task<EncoderPart> LoadEncoderAsync(string id, CancellationToken cancellationToken)
    {
        using var folder = work.New();
        var path = folder.PathOf("encoder");
        Directory.CreateDirectory(path);
        await store.LoadFolderAsync(new ArtifactId(id), path, cancellationToken);
        return EncoderPart.From(path, id, settings.MostWaiting);
    }

    private async Task<Bridge> LoadProjectorAsync(BridgePart part, CancellationToken cancellationToken)
    {
        using var folder = work.New();
        var path = folder.PathOf("projector");
        Directory.CreateDirectory(path);
        await store.LoadFolderAsync(new ArtifactId(part.ProjectorId), path, cancellationToken);
        return Bridge.From(path);
    }

    private static Shard ShardOf(BridgePart part, EncoderPart encoder, Bridge bridge, LoadedLlm llm)
    {
        var place = bridge.EncoderIds.ToList().IndexOf(encoder.Encoder.ArtifactId);
        if (place < 0) throw new InvalidDataException($"projector {part.ProjectorId} was trained for encoder {string.Join(", ", bridge.EncoderIds)}, but the manifest pairs it with {encoder.Encoder.ArtifactId}; train the bridge again");
        if (bridge.LlmId != llm.Version.ContentHash) throw new InvalidDataException($"projector {part.ProjectorId} was trained for an LLM with content {bridge.LlmId}, not for {llm.Version.Title}; train the bridge again");
        var projector = bridge.Projectors[place];
        if (projector.Width != llm.Llm.Model.Width) throw new InvalidDataException($"projector {part.ProjectorId} makes soft prompts of width {projector.Width}, but {llm.Version.Title} has width {llm.Llm.Model.Width}; train the bridge again");
        // By subject, behind the gate: the method's default where the soft prompt stands after the prompt.
        var mode = bridge.Layout is SoftPromptLayout.AfterPrompt ? AddressingMode.Subject : AddressingMode.Direct;
        return new Shard(encoder.Encoder, projector, encoder.Keys, DecisionRule.For(mode, gated: true, encoder.Keys.Thresholds));
    }
}
