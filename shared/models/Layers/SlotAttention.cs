using System.Numerics;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Attention where every row is a token of some slot's text and sees that text up to itself: decoding and reading prompts in one pass, on the CPU in float32. The same arithmetic as
/// <see cref="Attention"/>; a row's result depends on its own text alone.
/// </summary>
internal static unsafe class SlotAttention
{
    public static Tensor Apply(Tensor queryKeyValue, Batch batch, int layer, int heads, int keyHeads, int headWidth, float scale, Rotary? rotary)
    {
        var (cache, slots, places) = batch.Slots!.Value;
        var (rows, queries, stride, capacity) = (batch.Rows, heads / keyHeads, (heads + 2 * keyHeads) * headWidth, cache.Capacity);
        var (keyBuffer, valueBuffer) = cache.Buffers(layer);
        var result = empty([rows, heads * headWidth], dtype: ScalarType.Float32);
        rotary?.TurnInPlace(queryKeyValue, batch, heads + keyHeads, stride);
        var (from, to, keys, values) = (RowProducts.Address(queryKeyValue), RowProducts.Address(result), RowProducts.Address(keyBuffer), RowProducts.Address(valueBuffer));
        var bytes = headWidth * sizeof(float);
        for (var row = 0; row < rows; row++)
        {
            var token = (float*)from + (long)row * stride;
            for (var head = 0; head < keyHeads; head++)
            {
                var at = (((long)slots[row] * keyHeads + head) * capacity + places[row]) * headWidth;
                Buffer.MemoryCopy(token + (heads + head) * headWidth, (float*)keys + at, bytes, bytes);
                Buffer.MemoryCopy(token + (heads + keyHeads + head) * headWidth, (float*)values + at, bytes, bytes);
            }
        }
        var window = batch.Window;
        RowProducts.Share(rows * keyHeads, 2L * rows * heads * headWidth * batch.Total, index =>
        {
            var (row, head) = (index / keyHeads, index % keyHeads);
            var token = (float*)from + (long)row * stride;
            var begin = ((long)slots[row] * keyHeads + head) * capacity * headWidth;
            var key = (float*)keys + begin;
            var value = (float*)values + begin;
            var last = places[row];
            var first = window is { } w ? Math.Max(0, last + 1 - w) : 0;
            var rented = System.Buffers.ArrayPool<float>.Shared.Rent(last + 1);
            fixed (float* weights = rented)
            {
                for (var query = head * queries; query < (head + 1) * queries; query++)
                {
                    var count = last + 1 - first;
                    for (var t = 0; t < count; t++) weights[t] = scale * CpuKernels.Dot(token + query * headWidth, key + (long)(first + t) * headWidth, headWidth);
                    SoftMax(weights, count);
                    var context = (float*)to + ((long)row * heads + query) * headWidth;
                    new Span<float>(context, headWidth).Clear();
                    for (var t = 0; t < count; t++) CpuKernels.AddScaled(context, value + (long)(first + t) * headWidth, weights[t], headWidth);
                }
            }
            System.Buffers.ArrayPool<float>.Shared.Return(rented);
        });
        return result;
    }

    // One order of summation whatever the memory's alignment, which a library's own need not keep.
    private static void SoftMax(float* x, int count)
    {
        var largest = float.NegativeInfinity;
        for (var k = 0; k < count; k++) largest = MathF.Max(largest, x[k]);
        var (i, sums) = (0, Vector<float>.Zero);
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            var e = Vector.Exp(Vector.Load(x + i) - new Vector<float>(largest));
            Vector.Store(e, x + i);
            sums += e;
        }
        var sum = Vector.Sum(sums);
        for (; i < count; i++) sum += x[i] = MathF.Exp(x[i] - largest);
        var inverse = 1 / sum;
        for (i = 0; i + Vector<float>.Count <= count; i += Vector<float>.Count) Vector.Store(Vector.Load(x + i) * inverse, x + i);
        for (; i < count; i++) x[i] *= inverse;
    }
}
