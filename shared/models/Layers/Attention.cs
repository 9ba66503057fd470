using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Scaled dot-product attention for all heads of a layer at once. Heads that share keys (grouped queries) share one product.</summary>
internal sealed class Attention(int layer, int heads, int keyHeads, int headWidth, double scale, Rotary? rotary = null)
{
    private readonly long[] _parts = [heads * headWidth, keyHeads * headWidth, keyHeads * headWidth];

    /// <summary>
    /// softmax(q kᵀ · scale + mask) v, queries and keys turned by their positions first where there is a rotary embedding.
    /// [rows·length, (heads + 2·key heads)·width] (queries, keys, values side by side) to [rows·length, heads·width], in the same type.
    /// </summary>
    public Tensor Apply(Tensor queryKeyValue, Batch batch)
    {
        if (batch.Slots is not null) return SlotAttention.Apply(queryKeyValue, batch, layer, heads, keyHeads, headWidth, (float)scale, rotary);
        if (batch.Texts is { } texts) return OfTexts(queryKeyValue, batch, texts.Starts, texts.Causal);
        if (DecodingAttention.CanApply(queryKeyValue, batch))
            return DecodingAttention.Apply(queryKeyValue, batch, layer, heads, keyHeads, headWidth, (float)scale, rotary);
        using var scope = NewDisposeScope();
        var type = queryKeyValue.dtype;
        // libtorch's CPU products of many small bfloat16 matrices are an order of magnitude slower than float32 ones.
        if (type != ScalarType.Float32 && queryKeyValue.device_type == TorchSharp.DeviceType.CPU) queryKeyValue = queryKeyValue.to_type(ScalarType.Float32);
        var (q, k, v) = Parts(queryKeyValue, batch);
        var (rows, length, queries) = (batch.Rows, batch.Length, heads / keyHeads);
        // [rows·key heads, queries·length, width]: with one row these are views, the products take strides.
        q = q.view(rows, length, keyHeads, queries, headWidth).permute(0, 2, 3, 1, 4).reshape(rows * keyHeads, queries * length, headWidth);
        k = k.view(rows, length, keyHeads, headWidth).transpose(1, 2).reshape(rows * keyHeads, length, headWidth);
        v = v.view(rows, length, keyHeads, headWidth).transpose(1, 2).reshape(rows * keyHeads, length, headWidth);
        if (batch.Cache is { } cache) (k, v) = cache.Append(layer, k, v);

        using var weights = Weights(q, k, batch);
        using var context = weights.bmm(v);
        var result = context.view(rows, keyHeads, queries, length, headWidth).permute(0, 3, 1, 2, 4).reshape(rows * length, heads * headWidth);
        return (result.dtype == type ? result : result.to_type(type)).MoveToOuterDisposeScope();
    }

    private Tensor OfTexts(Tensor queryKeyValue, Batch batch, int[] starts, bool causal)
    {
        using var scope = NewDisposeScope();
        var type = queryKeyValue.dtype;
        if (type != ScalarType.Float32) queryKeyValue = queryKeyValue.to_type(ScalarType.Float32);
        if (rotary is not null)
        {
            var (queries, keys, values) = Parts(queryKeyValue, batch);
            queryKeyValue = cat([queries, keys, values], 1);
        }
        var result = TextAttention.Of(queryKeyValue, new(starts, heads, keyHeads, headWidth, (float)scale, causal, batch.Window));
        return (type == ScalarType.Float32 ? result : result.to_type(type)).MoveToOuterDisposeScope();
    }

    private (Tensor, Tensor, Tensor) Parts(Tensor queryKeyValue, Batch batch)
    {
        if (rotary is null)
        {
            var parts = queryKeyValue.split(_parts, 1);
            return (parts[0], parts[1], parts[2]);
        }
        // Queries and keys turn together, as so many more heads.
        var (turning, values) = queryKeyValue.split([_parts[0] + _parts[1], _parts[2]], 1) is [var first, var second] ? (first, second) : throw new InvalidOperationException();
        var turned = rotary.Turn(turning.view(-1, heads + keyHeads, headWidth), batch).view(-1, _parts[0] + _parts[1]).split([_parts[0], _parts[1]], 1);
        return (turned[0], turned[1], values);
    }

    private Tensor Weights(Tensor query, Tensor key, Batch batch)
    {
        var type = query.dtype;
        var mask = batch.Mask(keyHeads, heads / keyHeads, type);
        // The product starts from the mask, so masking and scaling cost nothing of their own. (Starting from nothing, beta = 0, would be
        // the obvious way without a mask; but libtorch 1.13 then leaves small products on top of whatever was in memory.)
        using var scores = baddbmm(mask ?? zeros([1, 1, 1], dtype: type, device: query.device), query, key.transpose(1, 2), beta: 1, alpha: (float)scale);
        if (type == ScalarType.Float32) return scores.softmax(-1);
        using var wide = scores.softmax(-1, ScalarType.Float32);
        return wide.to_type(type);
    }
}
