using MindBridge.Contracts;
using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Serving;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>
/// A bridge with everything it needs, loaded, and never changed: what answers a request. All of a reply comes from one of these, so a soft prompt always comes from a projector and an
/// encoder that were trained together.
/// </summary>
internal sealed class Served : IDisposable
{
    private readonly Use<LoadedLlm> llm;
    private readonly IReadOnlyList<Use<EncoderPart>> encoders;
    private readonly IReadOnlyList<Bridge> bridges;

    /// <summary>Takes over the uses and bridges it is given.</summary>
    public Served(string bridgeId, BridgeManifest manifest, Use<LoadedLlm> llm, IReadOnlyList<Use<EncoderPart>> encoders, IReadOnlyList<Bridge> bridges, EditedModel edited, InferenceSettings settings)
    {
        (BridgeId, Manifest, this.llm, this.encoders, this.bridges) = (bridgeId, manifest, llm, encoders, bridges);
        EncoderIds = [.. manifest.Parts.Select(p => p.EncoderId)];
        var answerer = new EditedAnswerer(edited, [.. encoders.Select(e => e.Value)]);
        Answerer = answerer;
        Preparation = new Preparation(answerer, settings.KeptPrompts, settings.MostWaiting + settings.Slots, $"memory {manifest.MemoryId}");
        NewObjects = encoders.SelectMany(e => e.Value.Keys.Edits).GroupBy(e => e.EditId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Object, StringComparer.Ordinal);
    }

    public string BridgeId { get; }

    public BridgeManifest Manifest { get; }

    /// <summary>In the order of the manifest's parts.</summary>
    public IReadOnlyList<string> EncoderIds { get; }

    /// <summary>Likewise.</summary>
    public IReadOnlyList<EncoderPart> Encoders => [.. encoders.Select(e => e.Value)];

    public LoadedLlm Llm => llm.Value;

    /// <summary>The LLM with the memory.</summary>
    public Answerer Answerer { get; }

    /// <summary>Reads prompts for <see cref="Answerer"/>.</summary>
    public Preparation Preparation { get; }

    /// <summary>Edit id to its object.</summary>
    public IReadOnlyDictionary<string, string> NewObjects { get; }

    public void Dispose()
    {
        foreach (var bridge in bridges) bridge.Dispose();
        foreach (var encoder in encoders) encoder.Dispose();
        llm.Dispose();
    }
}
