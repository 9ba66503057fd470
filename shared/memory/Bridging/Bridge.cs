using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Artifacts;
using MindBridge.Models;
using TorchSharp;

namespace MindBridge.Memory.Bridging;

/// <summary>A trained bridge: the projector (one for each encoder), the layout of its soft prompt, and which encoders and LLM it joins.</summary>
public sealed class Bridge : IDisposable
{
    /// <summary>The file that holds the projectors.</summary>
    public const string WeightsName = "projector.safetensors";

    private const string PrototypeName = "bridge.json";

    private Bridge(IReadOnlyList<Projector> projectors, SoftPromptLayout layout, string llmId, IReadOnlyList<string> encoderIds, string artifactId)
    {
        (Projectors, Layout, LlmId, EncoderIds, ArtifactId) = (projectors, layout, llmId, encoderIds, artifactId);
        foreach (var projector in projectors)
        {
            projector.eval();
            foreach (var weight in projector.parameters()) weight.requires_grad = false;
        }
    }

    /// <summary>One projector for each encoder, in the order of <see cref="EncoderIds"/>; their soft prompts stand one behind the other.</summary>
    public IReadOnlyList<Projector> Projectors { get; }

    /// <summary>The only projector of a bridge from one encoder.</summary>
    public Projector Projector => Projectors[0];

    /// <summary>Where the soft prompt stands.</summary>
    public SoftPromptLayout Layout { get; }

    /// <summary>Soft tokens of each projector.</summary>
    public int SoftTokens => Projector.SoftTokens;

    /// <summary>The LLM's content id (<see cref="ContentIdentity"/>); for a prototype's bridge the name of its folder.</summary>
    public string LlmId { get; }

    /// <summary>The encoders' artifact ids; for a prototype's bridge the name of the encoder's folder.</summary>
    public IReadOnlyList<string> EncoderIds { get; }

    /// <summary>The artifact's id.</summary>
    public string ArtifactId { get; }

    /// <summary>Loads a bridge: an artifact of ours, or a prototype's folder (bridge.json).</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no bridge, or damaged.</exception>
    public static Bridge From(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder; give the folder of a bridge");
        if (!Artifact.Exists(folder)) return FromPrototype(folder);
        var artifact = Artifact.Open(folder, "bridge");
        var settings = artifact.SettingsAs<BridgeTrainingSettings>();
        using var file = Safetensors.Open(artifact.PathOf(WeightsName));
        try
        {
            string[] encoders = [.. artifact.Inputs["encoders"]!.AsArray().Select(e => e!.GetValue<string>())];
            var projectors = encoders.Select((_, i) => Projector.From(file, settings.SoftTokens, PrefixOf(i, encoders.Length))).ToArray();
            return new Bridge(projectors, settings.Layout, artifact.Inputs["llm"]!.GetValue<string>(), encoders, artifact.Id);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException)
        {
            throw new InvalidDataException($"{folder}: the manifest names no encoders or no LLM; train the bridge again", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var projector in Projectors) projector.Dispose();
    }

    internal static string PrefixOf(int encoder, int encoders) => encoders == 1 ? "" : FormattableString.Invariant($"{encoder}.");

    /// <summary>What a prototype's bridge.json says: soft tokens, place (0 = before BOS, 1 = after), and the names of the sibling folders.</summary>
    internal static (int SoftTokens, SoftPromptLayout Layout, string Memory, string Llm) ReadPrototype(string folder)
    {
        var path = Path.Combine(folder, PrototypeName);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is no bridge: it holds neither {Artifact.ManifestName} nor {PrototypeName}; make one with: mindbridge bridge train");
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(path))!;
            var stage = root["stage2"]!;
            var layout = stage["at"]!.GetValueKind() is JsonValueKind.String && stage["at"]!.GetValue<string>() == "suffix" ? SoftPromptLayout.AfterPrompt
                : stage["at"]!.GetValue<int>() == 0 ? SoftPromptLayout.BeforeBos : SoftPromptLayout.AfterBos;
            return (stage["n_soft"]!.GetValue<int>(), layout, root["memory"]!.GetValue<string>(), root["lm"]!.GetValue<string>());
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: it does not name stage2.n_soft, stage2.at, memory and lm ({e.Message}); copy the folder again", e);
        }
    }

    private static Bridge FromPrototype(string folder)
    {
        var (softTokens, layout, memory, llm) = ReadPrototype(folder);
        using var file = Safetensors.Open(Path.Combine(folder, WeightsName));
        return new Bridge([Projector.From(file, softTokens)], layout, llm, [memory], ContentIdentity.Of(folder));
    }
}
