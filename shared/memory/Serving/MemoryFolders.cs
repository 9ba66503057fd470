using MindBridge.Artifacts;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Serving;

/// <summary>Bridges, encoders and keys as they lie on the disk, put together for one LLM.</summary>
public sealed class MemoryFolders : IDisposable
{
    private readonly List<IDisposable> owned = [];
    private IReadOnlyList<(string Folder, string LlmId)> bridges = [];

    private MemoryFolders(IReadOnlyList<Shard> shards, SoftPromptLayout layout, IReadOnlyList<string> artifactIds) => (Shards, Layout, ArtifactIds) = (shards, layout, artifactIds);

    /// <summary>One for each encoder, in the order of the bridges.</summary>
    public IReadOnlyList<Shard> Shards { get; }

    /// <summary>The bridges' layout.</summary>
    public SoftPromptLayout Layout { get; }

    /// <summary>Encoder ids, then bridge ids.</summary>
    public IReadOnlyList<string> ArtifactIds { get; }

    /// <summary>Where the encoders lie.</summary>
    public IReadOnlyList<string> EncoderFolders { get; private init; } = [];

    /// <summary>Opens bridges and the encoders they name.</summary>
    /// <param name="bridgeFolders">One bridge, or several of shards trained apart.</param>
    /// <param name="encoderFolders">Where the encoders lie; those not given are looked for beside the bridge.</param>
    /// <param name="edits">Builds the keys anew from these; null uses the keys that lie with the encoder, if any.</param>
    /// <param name="validation">Validation probes for the thresholds of keys built anew.</param>
    /// <param name="addressing">Which feature goes to the bridge; null: by subject where there are keys and the bridge was made for it, else direct.</param>
    /// <param name="gated">Whether the gate works.</param>
    /// <exception cref="DirectoryNotFoundException">An encoder is nowhere to be found.</exception>
    /// <exception cref="ArgumentException">A given folder is no encoder of these bridges.</exception>
    public static MemoryFolders Open(IReadOnlyList<string> bridgeFolders, IReadOnlyList<string>? encoderFolders = null, IReadOnlyList<Edit>? edits = null,
        IReadOnlyList<Probe>? validation = null, AddressingMode? addressing = null, bool gated = true)
    {
        var opened = new List<IDisposable>();
        try
        {
            foreach (var folder in encoderFolders ?? [])
                if (!IsEncoder(folder)) throw new ArgumentException($"{folder} is not the folder of a trained encoder; give one that mindbridge encoder train made, or leave it out where it lies beside the bridge");
            var shards = new List<Shard>();
            var made = new List<(string Folder, string LlmId)>();
            var (encoderIds, bridgeIds, places) = (new List<string>(), new List<string>(), new List<string>());
            SoftPromptLayout? layout = null;
            foreach (var folder in bridgeFolders)
            {
                var bridge = Bridge.From(folder);
                opened.Add(bridge);
                bridgeIds.Add(bridge.ArtifactId);
                made.Add((folder, bridge.LlmId));
                if (layout is { } first && first != bridge.Layout) throw new ArgumentException($"{folder} uses the layout {bridge.Layout}, {bridgeFolders[0]} uses {first}; bridges served together need one layout");
                layout = bridge.Layout;
                foreach (var (projector, id) in bridge.Projectors.Zip(bridge.EncoderIds))
                {
                    var place = Find(id, folder, encoderFolders ?? []);
                    var encoder = MemoryEncoder.From(place);
                    opened.Add(encoder);
                    places.Add(place);
                    encoderIds.Add(encoder.ArtifactId);
                    var keys = KeysOf(encoder, place, edits, validation);
                    if (keys is not null) opened.Add(keys);
                    var mode = addressing ?? (keys is not null && bridge.Layout is SoftPromptLayout.AfterPrompt ? AddressingMode.Subject : AddressingMode.Direct);
                    shards.Add(new Shard(encoder, projector, keys, DecisionRule.For(mode, gated, keys?.Thresholds ?? new Thresholds())));
                }
            }
            if ((encoderFolders ?? []).FirstOrDefault(f => !places.Contains(f)) is { } unused)
                throw new ArgumentException($"{unused} is not the encoder of {string.Join(", ", bridgeFolders)}; give the one that the bridge was trained with");
            var result = new MemoryFolders(shards, layout ?? SoftPromptLayout.BeforeBos, [.. encoderIds.Distinct(), .. bridgeIds]) { EncoderFolders = places, bridges = made };
            result.owned.AddRange(opened);
            return result;
        }
        catch
        {
            foreach (var part in opened) part.Dispose();
            throw;
        }
    }

    /// <summary>The edited model on an LLM.</summary>
    /// <exception cref="InvalidDataException">The bridge was made for another LLM.</exception>
    public EditedModel On(Llm llm, ShardRouting routing = ShardRouting.Route)
    {
        foreach (var shard in Shards)
            if (shard.Projector.Width != llm.Model.Width)
                throw new InvalidDataException($"the bridge makes soft prompts of width {shard.Projector.Width}, but {llm.Name} has width {llm.Model.Width}; train a bridge for this LLM with `mindbridge bridge train`");
        // A prototype's bridge names a folder, not a content.
        foreach (var (folder, trainedFor) in bridges.Where(b => b.LlmId.Length == 64))
            if (llm.Folder is { } its && ContentIdentity.Of(its) != trainedFor)
                throw new InvalidDataException($"{folder} was trained for another LLM than {its}; give that one, or train a bridge for this LLM with `mindbridge bridge train`");
        return new EditedModel(llm, Shards, Layout, routing, ArtifactIds);
    }

    public void Dispose()
    {
        foreach (var part in owned) part.Dispose();
    }

    // An encoder is known by its artifact id, or (prototype) by its folder's name.
    private static string Find(string id, string bridgeFolder, IReadOnlyList<string> given)
    {
        var beside = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(bridgeFolder)))!;
        IEnumerable<string> around = Directory.EnumerateDirectories(beside).Order(StringComparer.Ordinal);
        if (Path.GetDirectoryName(beside) is { } above) around = around.Concat(Directory.EnumerateDirectories(above).Order(StringComparer.Ordinal)); // a run keeps encoder/ and bridges/NAME/
        foreach (var folder in given.Concat(around))
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            if (name == id || (IsEncoder(folder) && Artifact.Exists(folder) && Manifest.Read(folder).Id == id)) return folder;
        }
        if (given.Count == 1) return given[0];
        throw new DirectoryNotFoundException($"{bridgeFolder} needs the encoder {id}, which lies in no folder beside it; give its folder with --encoder");
    }

    private static bool IsEncoder(string folder) => File.Exists(Path.Combine(folder, MemoryEncoder.HeadsName));

    private static KeyStore? KeysOf(MemoryEncoder encoder, string folder, IReadOnlyList<Edit>? edits, IReadOnlyList<Probe>? validation)
    {
        if (edits is not null)
        {
            var built = KeyStore.Build(encoder, edits);
            // Without probes of the caller's, with those that calibrated the encoder's own keys.
            built.Calibrate(encoder, validation ?? (TrainingTexts.Exist(folder) ? TrainingTexts.Read(folder).Validation : null));
            return built;
        }
        var path = Path.Combine(folder, KeyStore.FileName);
        return File.Exists(path) ? KeyStore.Load(path, encoder) : null;
    }
}
