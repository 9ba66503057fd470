using System.Text.Json;
using System.Text.Json.Serialization;
using MindBridge.Artifacts;
using MindBridge.Cli.World;
using MindBridge.Contracts;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;
using MindBridge.Platform.Artifacts;

namespace MindBridge.ServingWorld;

/// <summary>
/// Two memory encoders with a bridge each, and a bridge that was hardly trained, all for the demo's GPT and a few of the demo's corrections; trained once a build, really. Tests make as many
/// memories of them as they like: a manifest names a memory, the encoders and projectors are the same.
/// </summary>
public sealed class TrainedWorld
{
    private const int EditCount = 24;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    private readonly IArtifactStore store;
    private readonly DemoCorrections drawn;

    private TrainedWorld(IArtifactStore store, DemoCorrections drawn) => (this.store, this.drawn) = (store, drawn);

    /// <summary>The demo's GPT.</summary>
    public static string LlmFolder => Path.Combine(Repository, "cli", "Demo", "models", "demo-gpt");

    /// <summary>The demo's Llama.</summary>
    public static string OtherLlmFolder => Path.Combine(Repository, "cli", "Demo", "models", "demo-llama");

    /// <summary>SHA-256 of <see cref="LlmFolder"/>.</summary>
    public string LlmHash { get; } = ContentIdentity.Of(LlmFolder);

    /// <summary>The corrections.</summary>
    public IReadOnlyList<Edit> Edits { get; private init; } = [];

    /// <summary>Held out from every training.</summary>
    public IReadOnlyList<Probe> Probes { get; private init; } = [];

    /// <summary><see cref="Probes"/> in the artifact store.</summary>
    public string ProbeSetId { get; private set; } = "";

    /// <summary>A few of them, enough for a gate that lets everything through.</summary>
    public string FewProbesId { get; private set; } = "";

    /// <summary>Encoder and projector, trained together.</summary>
    public (string Encoder, string Projector) First { get; private set; }

    /// <summary>Another encoder and its projector.</summary>
    public (string Encoder, string Projector) Second { get; private set; }

    /// <summary>The first encoder with a projector that learned next to nothing.</summary>
    public (string Encoder, string Projector) Weak { get; private set; }

    public static async Task<TrainedWorld> TrainAsync(string folder, IArtifactStore store)
    {
        var drawn = DemoCorrections.Draw(DemoWorld.Load(), EditCount, seed: 5);
        var aside = drawn.Probes.Where(p => p.EditId is null).Take(40);
        var world = new TrainedWorld(store, drawn) { Edits = drawn.Edits, Probes = [.. drawn.Probes.Where(p => p.EditId is not null), .. aside] };
        // Finished trainings are taken as they are, unless the recipe changed.
        var (first, second) = (await world.EncoderAsync(folder, 1), await world.EncoderAsync(folder, 2));
        var (one, two) = (await store.SaveFolderAsync(first), await store.SaveFolderAsync(second));
        world.First = (one.Value, await world.BridgeAsync(folder, "first", first, epochs: 40, rate: 2e-3));
        world.Second = (two.Value, await world.BridgeAsync(folder, "second", second, epochs: 40, rate: 2e-3));
        world.Weak = (one.Value, await world.BridgeAsync(folder, "weak", first, epochs: 1, rate: 1e-6));
        world.ProbeSetId = await world.SaveProbesAsync(world.Probes);
        world.FewProbesId = await world.SaveProbesAsync(world.Probes.Where(p => p.Kind is ProbeKind.Reliability).Take(4));
        return world;
    }

    /// <summary>An encoder that holds some of the edits, with its projector; trained as little as can be, for tests of who answers and not of how well.</summary>
    public async Task<(string Encoder, string Projector)> ShardAsync(string folder, IReadOnlyList<Edit> edits)
    {
        var encoder = await EncoderAsync(folder, 3, edits, epochs: 1);
        return ((await store.SaveFolderAsync(encoder)).Value, await BridgeAsync(folder, "shard", encoder, edits, epochs: 4, rate: 2e-3));
    }

    /// <summary>A bridge of a memory, in the store.</summary>
    public async Task<string> BridgeAsync(string tenant, Guid memory, Guid llm, (string Encoder, string Projector) pair, long commit = 1)
    {
        var manifest = new BridgeManifest(tenant, memory, llm, LlmHash, commit, [new BridgePart(memory, pair.Encoder, pair.Projector)]);
        using var bytes = new MemoryStream(manifest.ToBytes());
        return (await store.SaveAsync(bytes)).Value;
    }

    /// <summary>A probe set in the store.</summary>
    public async Task<string> SaveProbesAsync(IEnumerable<Probe> probes)
    {
        using var lines = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Concat(probes.Select(p => JsonSerializer.Serialize(p, s_json) + "\n"))));
        return (await store.SaveAsync(lines)).Value;
    }

    internal static string Repository { get; } = FindRepository();

    private Task<string> EncoderAsync(string folder, long seed) => EncoderAsync(folder, seed, Edits, epochs: 20);

    private async Task<string> EncoderAsync(string folder, long seed, IReadOnlyList<Edit> edits, int epochs)
    {
        var place = Path.Combine(folder, $"encoder-{seed}");
        var data = new EncoderTrainingData { Edits = edits, OutOfScope = [.. drawn.OutOfScope.Take(60)], Prefixes = [.. drawn.Prefixes.Take(60)] };
        var settings = new EncoderTrainingSettings { Epochs = epochs, Batch = 8, WordingShare = 0.3, PrefixShare = 0.3, Contrast = 0, Seed = seed, Threads = 1 };
        await EncoderTrainer.TrainAsync(settings, data, Path.Combine(Repository, "cli", "Demo", "models", "demo-encoder"), place);
        return place;
    }

    private Task<string> BridgeAsync(string folder, string name, string encoder, int epochs, double rate) => BridgeAsync(folder, name, encoder, Edits, epochs, rate);

    private async Task<string> BridgeAsync(string folder, string name, string encoder, IReadOnlyList<Edit> edits, int epochs, double rate)
    {
        var place = Path.Combine(folder, $"bridge-{name}");
        var data = new BridgeTrainingData { Edits = edits, OutOfScope = [.. drawn.OutOfScope.Take(60)], Prefixes = [.. drawn.Prefixes.Take(60)] };
        var settings = BridgeTrainingSettings.Quick with { Epochs = epochs, Batch = 8, LearningRate = rate, Threads = 1 };
        await BridgeTrainer.TrainAsync(settings, data, [encoder], LlmFolder, place);
        return (await store.SaveFolderAsync(place)).Value;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no MindBridge.Platform.sln above {AppContext.BaseDirectory}");
    }
}
