using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MindBridge.Models;

/// <summary>
/// Attention of one new token a row over the keys and values kept, on the CPU in float32 when no gradient is wanted: the same arithmetic as
/// <see cref="Attention"/>, without the dozen operators that would each touch a few hundred numbers.
/// </summary>
internal static unsafe class DecodingAttention
{
    public static bool CanApply(Tensor queryKeyValue, Batch batch) =>
        batch is { Length: 1, Cache: not null, HasUnevenWindow: false } && CpuKernels.CanReplace(queryKeyValue) && batch.Cache.CanRead;

    public static Tensor Apply(Tensor queryKeyValue, Batch batch, int layer, int heads, int keyHeads, int headWidth, float scale, Rotary? rotary)
    {
        var (rows, past, queries) = (batch.Rows, batch.Past, heads / keyHeads);
        var (keyBuffer, valueBuffer, capacity) = batch.Cache!.Buffers(layer);
        var first = batch.FirstSeen;
        var seen = batch.Cache.Seen;
        var result = empty([rows, heads * headWidth], dtype: ScalarType.Float32);
        rotary?.TurnInPlace(queryKeyValue, batch, heads + keyHeads, (heads + 2 * keyHeads) * headWidth);
        fixed (float* input = CpuKernels.Floats(queryKeyValue), output = CpuKernels.Floats(result), keys = CpuKernels.Floats(keyBuffer), values = CpuKernels.Floats(valueBuffer))
        fixed (byte* real = seen)
        {
            var (from, to, k, v, mask) = ((nint)input, (nint)output, (nint)keys, (nint)values, (nint)real);
            CpuKernels.Share(rows * keyHeads, 2L * rows * heads * headWidth * (past + 1 - first), index =>
            {
                var (row, head) = (index / keyHeads, index % keyHeads);
                var token = (float*)from + (long)row * (heads + 2 * keyHeads) * headWidth;
                var key = (float*)k + (long)index * capacity * headWidth;
                var value = (float*)v + (long)index * capacity * headWidth;
                new ReadOnlySpan<float>(token + (heads + head) * headWidth, headWidth).CopyTo(new Span<float>(key + (long)past * headWidth, headWidth));
                new ReadOnlySpan<float>(token + (heads + keyHeads + head) * headWidth, headWidth).CopyTo(new Span<float>(value + (long)past * headWidth, headWidth));
                var weights = System.Buffers.ArrayPool<float>.Shared.Rent(past + 1);
                for (var query = head * queries; query < (head + 1) * queries; query++)
                {
                    var scores = weights.AsSpan(0, past + 1 - first);
                    for (var t = first; t <= past; t++)
                    {
                        scores[t - first] = mask != 0 && ((byte*)mask)[(long)row * capacity + t] == 0
                            ? float.NegativeInfinity
                            : scale * CpuKernels.Dot(token + query * headWidth, key + (long)t * headWidth, headWidth);
                    }
                    TensorPrimitives.SoftMax(scores, scores);
                    var context = (float*)to + ((long)row * heads + query) * headWidth;
                    new Span<float>(context, headWidth).Clear();
                    for (var t = first; t <= past; t++) CpuKernels.AddScaled(context, value + (long)t * headWidth, scores[t - first], headWidth);
                }
                System.Buffers.ArrayPool<float>.Shared.Return(weights);
            });
        }
        return result;
    }
}
