using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// Keys and values of many prompts, token behind token, as the frozen LLM computes them. With the soft prompt after the prompt they do not depend on the bridge: a training
/// step then runs the few positions that follow and nothing else (METHOD section 6).
/// </summary>
internal sealed class PromptStore : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly Tensor flat;
    private readonly long[] first;
    private readonly int[] length;
    private readonly int layers;
    private readonly int heads;
    private readonly int headWidth;
    private long used;

    /// <summary>Room for the prompts of the given lengths.</summary>
    public PromptStore(CausalLanguageModel model, IReadOnlyList<int> lengths)
    {
        this.model = model;
        length = [.. lengths];
        first = new long[lengths.Count];
        (layers, heads, headWidth) = (model.Configuration.Layers, model.Configuration.KeyHeads, model.Configuration.HeadWidth);
        flat = empty([lengths.Sum(l => (long)l), layers, 2, heads * headWidth], dtype: model.ComputeType, device: model.Device).DetachFromDisposeScope();
    }

    /// <summary>Bytes that one token takes.</summary>
    public static long BytesPerToken(CausalLanguageModel model) =>
        2L * model.Configuration.Layers * model.Configuration.KeyHeads * model.Configuration.HeadWidth * (model.ComputeType is ScalarType.Float32 ? 4 : 2);

    /// <summary>Takes the keys and values of a batch that was just read, rows padded on the right.</summary>
    public void Take(IReadOnlyList<int> prompts, KeyValueCache cache)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (rows, columns) = (prompts.Count, cache.Length);
        var real = new List<long>();
        for (var r = 0; r < rows; r++)
        {
            first[prompts[r]] = used + real.Count;
            for (var c = 0; c < length[prompts[r]]; c++) real.Add(((long)r * columns) + c);
        }

        var index = tensor(real.ToArray(), device: flat.device);
        var place = flat.narrow(0, used, real.Count);
        for (var layer = 0; layer < layers; layer++)
        {
            var (keys, values) = cache.Read(layer);
            place.select(1, layer).select(1, 0).copy_(ByToken(keys));
            place.select(1, layer).select(1, 1).copy_(ByToken(values));
        }

        used += real.Count;

        Tensor ByToken(Tensor heads) => heads.view(rows, this.heads, columns, headWidth).permute(0, 2, 1, 3).reshape(rows * columns, this.heads * headWidth).index_select(0, index);
    }

    /// <summary>A cache that holds these prompts, one a row, and lets gradients pass through what follows them.</summary>
    public KeyValueCache Of(IReadOnlyList<int> prompts)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (rows, columns) = (prompts.Count, prompts.Max(p => length[p]));
        var index = new long[rows * columns];
        var real = new bool[rows * columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                // Padding shows some token of the prompt itself; the mask hides it.
                index[(r * columns) + c] = first[prompts[r]] + Math.Min(c, length[prompts[r]] - 1);
                real[(r * columns) + c] = c < length[prompts[r]];
            }
        }

        var tokens = flat.index_select(0, tensor(index, device: flat.device));
        var pairs = new (Tensor, Tensor)[layers];
        for (var layer = 0; layer < layers; layer++)
        {
            var both = tokens.select(1, layer);
            pairs[layer] = (ByHead(both.select(1, 0)), ByHead(both.select(1, 1)));
        }

        return KeyValueCache.After(pairs, rows, Array.TrueForAll(real, r => r) ? null : tensor(real, device: flat.device).view(rows, columns));

        Tensor ByHead(Tensor part) => part.view(rows, columns, heads, headWidth).permute(0, 2, 1, 3).reshape(rows * heads, columns, headWidth);
    }

    public void Dispose() => flat.Dispose();
}
