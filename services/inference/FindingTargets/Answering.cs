using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Memory.Serving;

namespace MindBridge.Inference.FindingTargets;

/// <summary>Who answers one request, held from its beginning to its end whatever is promoted meanwhile.</summary>
internal sealed class Answering(Use<LoadedLlm> llm, Use<Served>? served, string? trace = null) : IDisposable
{
    public LoadedLlm Llm => llm.Value;

    /// <summary>Null where the unedited LLM was asked for.</summary>
    public Served? Served => served?.Value;

    public Answerer Answerer => Served?.Answerer ?? Llm.Unedited;

    /// <summary>The trace in which the champion that answers was promoted; null where another answers, or that is not known.</summary>
    public string? PromotionTrace => trace;

    /// <summary>Empty for the unedited LLM.</summary>
    public string BridgeId => Served?.BridgeId ?? "";

    public IReadOnlyList<string> EncoderIds => Served?.EncoderIds ?? [];

    public void Dispose()
    {
        served?.Dispose();
        llm.Dispose();
    }
}
