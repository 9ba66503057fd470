using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Scaled dot-product attention for all heads at once. Heads that share keys (grouped queries) share one product.</summary>
internal static class Attention
{
    /// <summary>
    /// softmax(q kᵀ · scale + mask) v. q: [rows·length, heads·width]; k, v: [rows·length, key heads·width], all possibly strided views
    /// of one fused projection. Result: [rows·length, heads·width].
    /// </summary>
    public static Tensor Attend(Batch batch, int layer, Tensor q, Tensor k, Tensor v, int keyHeads, int headWidth, double scale)
    {
        using var scope = NewDisposeScope();
        var (rows, length) = (batch.Rows, batch.Length);
        var queries = (int)(q.shape[1] / (keyHeads * headWidth));
        // [rows·key heads, queries·length, width]: with one row these are views, the products take strides.
        var query = q.view(rows, length, keyHeads, queries, headWidth).permute(0, 2, 3, 1, 4).reshape(rows * keyHeads, queries * length, headWidth);
        var key = k.view(rows, length, keyHeads, headWidth).transpose(1, 2).reshape(rows * keyHeads, length, headWidth);
        var value = v.view(rows, length, keyHeads, headWidth).transpose(1, 2).reshape(rows * keyHeads, length, headWidth);
        if (batch.Cache is { } cache) (key, value) = cache.Append(layer, key, value);

        using var weights = Weights(batch, query, key, keyHeads, queries, scale);
        using var context = weights.bmm(value);
        return context.view(rows, keyHeads, queries, length, headWidth).permute(0, 3, 1, 2, 4)
            .reshape(rows * length, keyHeads * queries * headWidth).MoveToOuterDisposeScope();
    }

    private static Tensor Weights(Batch batch, Tensor query, Tensor key, int keyHeads, int queries, double scale)
    {
        var type = query.dtype;
        var mask = batch.Mask(keyHeads, queries, type);
        // The product starts from the mask, so masking and scaling cost nothing of their own. (Starting from nothing, beta = 0, would be
        // the obvious way without a mask; but libtorch 1.13 then leaves small products on top of whatever was in memory.)
        using var scores = baddbmm(mask ?? zeros([1, 1, 1], dtype: type, device: query.device), query, key.transpose(1, 2), beta: 1, alpha: (float)scale);
        if (type == ScalarType.Float32) return scores.softmax(-1);
        using var wide = scores.softmax(-1, ScalarType.Float32);
        return wide.to_type(type);
    }
}
