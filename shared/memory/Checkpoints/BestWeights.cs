using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Checkpoints;

/// <summary>A copy of the weights as they were when they scored best.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> weights;

    public BestWeights(IReadOnlyList<KeyValuePair<string, Tensor>> weights)
    {
        using var frozen = no_grad();
        this.weights = weights;
        Copies = [.. weights.Select(w => KeyValuePair.Create("best." + w.Key, w.Value.detach().clone().DetachFromDisposeScope()))];
    }

    /// <summary>The copies, for the checkpoint.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Copies { get; }

    /// <summary>Keeps the weights as they are now.</summary>
    public void Keep() => Copy(weights, Copies);

    /// <summary>Puts the weights back to what was kept.</summary>
    public void Restore() => Copy(Copies, weights);

    public void Dispose()
    {
        foreach (var (_, copy) in Copies) copy.Dispose();
    }

    private static void Copy(IReadOnlyList<KeyValuePair<string, Tensor>> from, IReadOnlyList<KeyValuePair<string, Tensor>> to)
    {
        using var frozen = no_grad();
        for (var i = 0; i < from.Count; i++) to[i].Value.copy_(from[i].Value);
    }
}
