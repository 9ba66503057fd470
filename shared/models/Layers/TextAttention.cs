using System.Buffers;
using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Attention of texts that lie one behind the other, without padding, on the CPU in float32: each text by itself, and its derivative. The texts of a training step are so short that
/// a library's product of many small matrices spends its time in calls; here a text and head is a few dozen kilobytes that stay in the first-level cache from scores to context.
/// Every sum runs in one order, whatever the number of threads.
/// </summary>
internal sealed class TextAttention : autograd.MultiTensorFunction<TextAttention>
{
    /// <summary>What the layer and the texts are.</summary>
    /// <param name="Starts">Where each text begins, and behind the last where it ends.</param>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyHeads">Key and value heads.</param>
    /// <param name="HeadWidth">Width of each, a whole number of vectors.</param>
    /// <param name="Scale">Factor of the scores.</param>
    /// <param name="Causal">Whether a token sees only itself and what came before.</param>
    /// <param name="Window">How far back it sees; null for to the beginning.</param>
    internal sealed record Layout(int[] Starts, int Heads, int KeyHeads, int HeadWidth, float Scale, bool Causal, int? Window)
    {
        public int Texts => Starts.Length - 1;

        public int Length(int text) => Starts[text + 1] - Starts[text];

        /// <summary>Length of a row of scores: padded, so that loops need no remainder.</summary>
        public int Padded(int text) => (Length(text) + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

        public (int First, int End) Seen(int query, int length) => (Window is { } window ? Math.Max(0, query + 1 - window) : 0, Causal ? query + 1 : length);

        /// <summary>Where the scores of each text begin, for all its heads.</summary>
        public long[] Scores()
        {
            var starts = new long[Texts + 1];
            for (var t = 0; t < Texts; t++) starts[t + 1] = starts[t] + ((long)Heads * Length(t) * Padded(t));
            return starts;
        }
    }

    public override string Name => nameof(TextAttention);

    /// <summary>Whether heads of this width can be computed here.</summary>
    public static bool Fits(int headWidth) => headWidth % Vector<float>.Count == 0;

    /// <summary>[n, (heads + 2·key heads)·width] (queries, keys, values side by side, dense float32) to [n, heads·width].</summary>
    public static Tensor Of(Tensor queryKeyValue, Layout layout) => apply(queryKeyValue, layout)[0];

    public override unsafe List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, layout) = ((Tensor)vars[0], (Layout)vars[1]);
        var result = empty([input.shape[0], (long)layout.Heads * layout.HeadWidth], dtype: ScalarType.Float32);
        var places = layout.Scores();
        // Kept for the derivative where one is wanted, and else only as long as the caller's scope.
        var weights = empty([places[^1]], dtype: ScalarType.Float32);
        var (from, to, scores) = (RowProducts.Address(input), RowProducts.Address(result), RowProducts.Address(weights));
        CpuKernels.Share(layout.Texts * layout.Heads, Work(layout), index =>
        {
            Forward(layout, new Part(layout, index, from, to, scores, places));
        });
        if (input.requires_grad)
        {
            ctx.save_for_backward([input, weights]);
            ctx.save_data("layout", layout);
        }
        return [result];
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var layout = (Layout)ctx.get_data("layout")!;
        var (input, weights, gradient) = (saved[0], saved[1], grad_outputs[0].contiguous());
        var shared = layout.Heads / layout.KeyHeads;
        var result = empty_like(input);
        var places = layout.Scores();
        var (from, context, scores, to) = (RowProducts.Address(input), RowProducts.Address(gradient), RowProducts.Address(weights), RowProducts.Address(result));
        // Query heads that share keys add to one gradient: one after the other.
        CpuKernels.Share(layout.Texts * layout.KeyHeads, 2 * Work(layout), index =>
        {
            var (text, head) = (index / layout.KeyHeads, index % layout.KeyHeads);
            for (var q = 0; q < shared; q++)
                Backward(layout, new Part(layout, (text * layout.Heads) + (head * shared) + q, from, context, scores, places), (float*)to, first: q == 0);
        });
        return [result.MoveToOuterDisposeScope(), null!];
    }

    private static long Work(Layout layout)
    {
        long work = 0;
        for (var t = 0; t < layout.Texts; t++) work += 2L * layout.Heads * layout.HeadWidth * layout.Length(t) * layout.Length(t);
        return work;
    }

    /// <summary>Where one text and head finds its numbers.</summary>
    private readonly unsafe struct Part
    {
        public Part(Layout layout, int index, nint input, nint context, nint scores, long[] places)
        {
            var (text, head) = (index / layout.Heads, index % layout.Heads);
            var keyHead = head / (layout.Heads / layout.KeyHeads);
            (Length, Padded, Stride) = (layout.Length(text), layout.Padded(text), (layout.Heads + (2 * layout.KeyHeads)) * layout.HeadWidth);
            Offset = (long)layout.Starts[text] * Stride;
            QueryAt = head * layout.HeadWidth;
            KeyAt = (layout.Heads + keyHead) * layout.HeadWidth;
            ValueAt = (layout.Heads + layout.KeyHeads + keyHead) * layout.HeadWidth;
            var first = (float*)input + Offset;
            Query = first + QueryAt;
            Key = first + KeyAt;
            Value = first + ValueAt;
            ContextStride = layout.Heads * layout.HeadWidth;
            Context = (float*)context + ((long)layout.Starts[text] * ContextStride) + QueryAt;
            Weights = (float*)scores + places[text] + ((long)head * Length * Padded);
        }

        public int Length { get; }

        public int Padded { get; }

        public int Stride { get; }

        public int ContextStride { get; }

        public long Offset { get; }

        public int QueryAt { get; }

        public int KeyAt { get; }

        public int ValueAt { get; }

        public float* Query { get; }

        public float* Key { get; }

        public float* Value { get; }

        public float* Context { get; }

        public float* Weights { get; }
    }

    private static unsafe void Forward(Layout layout, Part part)
    {
        var (length, padded, width) = (part.Length, part.Padded, layout.HeadWidth);
        var turned = ArrayPool<float>.Shared.Rent(width * padded);
        fixed (float* keys = turned)
        {
            Transpose(part.Key, part.Stride, length, width, keys, padded);
            SmallProducts.Multiply(part.Query, part.Stride, 1, keys, padded, part.Weights, padded, length, padded, width, layout.Scale, add: false);
            for (var i = 0; i < length; i++)
            {
                var (first, end) = layout.Seen(i, length);
                Softmax(part.Weights + ((long)i * padded), first, end, padded);
            }
            SmallProducts.Multiply(part.Weights, padded, 1, part.Value, part.Stride, part.Context, part.ContextStride, length, width, length, 1, add: false);
        }
        ArrayPool<float>.Shared.Return(turned);
    }

    private static unsafe void Backward(Layout layout, Part part, float* result, bool first)
    {
        var (length, padded, width) = (part.Length, part.Padded, layout.HeadWidth);
        var turned = ArrayPool<float>.Shared.Rent(width * padded);
        var slopes = ArrayPool<float>.Shared.Rent(length * padded);
        fixed (float* values = turned, scores = slopes)
        {
            var to = result + part.Offset;
            SmallProducts.Multiply(part.Weights, 1, padded, part.Context, part.ContextStride, to + part.ValueAt, part.Stride, length, width, length, 1, add: !first);
            Transpose(part.Value, part.Stride, length, width, values, padded);
            SmallProducts.Multiply(part.Context, part.ContextStride, 1, values, padded, scores, padded, length, padded, width, 1, add: false);
            for (var i = 0; i < length; i++) SoftmaxSlope(part.Weights + ((long)i * padded), scores + ((long)i * padded), padded);
            SmallProducts.Multiply(scores, padded, 1, part.Key, part.Stride, to + part.QueryAt, part.Stride, length, width, length, layout.Scale, add: false);
            SmallProducts.Multiply(scores, 1, padded, part.Query, part.Stride, to + part.KeyAt, part.Stride, length, width, length, layout.Scale, add: !first);
        }
        ArrayPool<float>.Shared.Return(turned);
        ArrayPool<float>.Shared.Return(slopes);
    }

    // [length, width] rows a stride apart to [width, padded], zero behind the length.
    private static unsafe void Transpose(float* from, int stride, int length, int width, float* to, int padded)
    {
        for (var j = 0; j < padded; j++)
        {
            var row = from + ((long)j * stride);
            if (j < length)
                for (var i = 0; i < width; i++) to[((long)i * padded) + j] = row[i];
            else
                for (var i = 0; i < width; i++) to[((long)i * padded) + j] = 0;
        }
    }

    // In place over what is seen; zero elsewhere.
    private static unsafe void Softmax(float* row, int first, int end, int padded)
    {
        var never = new Vector<float>(float.NegativeInfinity);
        for (var j = 0; j < first; j++) row[j] = float.NegativeInfinity;
        for (var j = end; j < padded; j++) row[j] = float.NegativeInfinity;
        var top = never;
        for (var j = 0; j < padded; j += Vector<float>.Count) top = Vector.Max(top, Vector.Load(row + j));
        var highest = float.NegativeInfinity;
        for (var k = 0; k < Vector<float>.Count; k++) highest = Math.Max(highest, top[k]);
        var (shift, total) = (new Vector<float>(highest), Vector<float>.Zero);
        for (var j = 0; j < padded; j += Vector<float>.Count)
        {
            var power = Vector.Exp(Vector.Load(row + j) - shift);
            Vector.Store(power, row + j);
            total += power;
        }
        var share = new Vector<float>(1 / Vector.Sum(total));
        for (var j = 0; j < padded; j += Vector<float>.Count) Vector.Store(Vector.Load(row + j) * share, row + j);
    }

    // From dL/dweights to dL/dscores: w (d - Σ w d).
    private static unsafe void SoftmaxSlope(float* weights, float* slopes, int padded)
    {
        var sum = Vector<float>.Zero;
        for (var j = 0; j < padded; j += Vector<float>.Count) sum += Vector.Load(weights + j) * Vector.Load(slopes + j);
        var mean = new Vector<float>(Vector.Sum(sum));
        for (var j = 0; j < padded; j += Vector<float>.Count) Vector.Store(Vector.Load(weights + j) * (Vector.Load(slopes + j) - mean), slopes + j);
    }
}
