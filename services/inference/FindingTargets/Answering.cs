using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Memory.Serving;

namespace MindBridge.Inference.FindingTargets;

/// <summary>Who answers one request, held from its beginning to its end whatever is promoted meanwhile.</summary>
internal sealed class Answering(Use<LoadedLlm> llm, Use<Served>? served, string? trace = null) : IDisposable
{
    private readonly List<Task> begun = [];

    public LoadedLlm Llm => llm.Value;

    /// <summary>Null where the unedited LLM was asked for.</summary>
    public Served? Served => served?.Value;

    public Answerer Answerer => Served?.Answerer ?? Llm.Unedited;

    /// <summary>The trace in which the champion that answers was promoted; null where another answers, or that is not known.</summary>
    public string? PromotionTrace => trace;

    /// <summary>Empty for the unedited LLM.</summary>
    public string BridgeId => Served?.BridgeId ?? "";

    public IReadOnlyList<string> EncoderIds => Served?.EncoderIds ?? [];

    /// <summary>Waits for work with what answers that cannot be cancelled: nobody need wait for its end, but what it works with stays loaded until then.</summary>
    public Task<T> WaitAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        if (work.IsCompleted) return work;
        lock (begun) begun.Add(work);
        return work.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        Task left;
        lock (begun) left = Task.WhenAll(begun);
        if (left.IsCompleted) LetGo();
        else _ = left.ContinueWith(_ => LetGo(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void LetGo()
    {
        served?.Dispose();
        llm.Dispose();
    }
}
