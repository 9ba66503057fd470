using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// What ends each half of a post-norm block, norm(stream + dropout(branch)), with its derivative, on the CPU: one pass over a row while it lies in the first-level cache, where operators take
/// half a dozen passes over all rows. Sums over rows are taken in pieces of a fixed size, so they do not depend on the number of threads.
/// </summary>
internal sealed unsafe class ResidualNorm : autograd.MultiTensorFunction<ResidualNorm>
{
    private const int RowsAPiece = 64;

    private sealed record Settings(double Epsilon, DropoutMask? Mask);

    public override string Name => nameof(ResidualNorm);

    /// <summary>Whether these can be read here: dense, on the CPU, float32 (the branch may be bfloat16), and of whole vectors.</summary>
    public static bool Fits(Tensor stream, Tensor branch) =>
        stream.device_type == DeviceType.CPU && stream.dtype == ScalarType.Float32 && branch.dtype is ScalarType.Float32 or ScalarType.BFloat16 && stream.is_contiguous() && branch.is_contiguous() &&
        stream.shape[^1] % Vector<ushort>.Count == 0 && stream.numel() < int.MaxValue / sizeof(float);

    /// <summary>norm(stream + mask · branch) · scale + shift for rows [n, width].</summary>
    public static Tensor Of(Tensor stream, Tensor branch, Tensor scale, Tensor shift, double epsilon, DropoutMask? mask) => apply(stream, branch, scale, shift, new Settings(epsilon, mask))[0];

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (stream, branch, scale, shift, settings) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Settings)vars[4]);
        var (rows, width) = ((int)stream.shape[0], (int)stream.shape[1]);
        var recorded = stream.requires_grad || branch.requires_grad || scale.requires_grad;
        var result = empty_like(stream);
        // (x - mean) / deviation and 1 / deviation, for the derivative.
        var normal = recorded ? empty_like(stream) : null;
        var inverse = recorded ? empty([rows], dtype: ScalarType.Float32) : null;
        var (x, b, g, s, y) = (RowProducts.Address(stream), RowProducts.Address(branch), RowProducts.Address(scale), RowProducts.Address(shift), RowProducts.Address(result));
        var (z, r) = recorded ? (RowProducts.Address(normal!), RowProducts.Address(inverse!)) : (0, 0);
        var narrow = branch.dtype == ScalarType.BFloat16;
        InPieces(rows, width, (_, first, end) =>
        {
            var sum = stackalloc float[width];
            for (var row = first; row < end; row++)
            {
                var at = (long)row * width;
                Branch(b, at, narrow, settings.Mask, sum, width);
                var mean = AddTo((float*)x + at, sum, width) / width;
                var one = 1 / MathF.Sqrt((Deviations(sum, mean, width) / width) + (float)settings.Epsilon);
                Normalise(sum, mean, one, (float*)g, (float*)s, z == 0 ? null : (float*)z + at, (float*)y + at, width);
                if (r != 0) ((float*)r)[row] = one;
            }
        });
        if (recorded)
        {
            ctx.save_for_backward([normal!, inverse!, scale]);
            ctx.save_data("settings", settings);
            ctx.save_data("narrow", narrow);
            ctx.save_data("trained", scale.requires_grad);
        }
        return [result];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (normal, inverse, scale, gradient) = (saved[0], saved[1], saved[2], grad_outputs[0].contiguous());
        var (settings, narrow, trained) = ((Settings)ctx.get_data("settings")!, (bool)ctx.get_data("narrow")!, (bool)ctx.get_data("trained")!);
        var (rows, width) = ((int)normal.shape[0], (int)normal.shape[1]);
        var stream = empty_like(normal);
        // Without dropout the stream and the branch have one gradient.
        var branch = settings.Mask is null && !narrow ? null : empty(normal.shape, dtype: narrow ? ScalarType.BFloat16 : ScalarType.Float32);
        var pieces = (rows + RowsAPiece - 1) / RowsAPiece;
        var sums = trained ? zeros([pieces, 2, width], dtype: ScalarType.Float32) : null;
        var (z, r, g, dy) = (RowProducts.Address(normal), RowProducts.Address(inverse), RowProducts.Address(scale), RowProducts.Address(gradient));
        var (dx, db, partial) = (RowProducts.Address(stream), branch is null ? 0 : RowProducts.Address(branch), sums is null ? 0 : RowProducts.Address(sums));
        InPieces(rows, width, (piece, first, end) =>
        {
            var mask = stackalloc float[width];
            for (var row = first; row < end; row++)
            {
                var at = (long)row * width;
                if (partial != 0) AddSlopes((float*)dy + at, (float*)z + at, (float*)partial + (2L * piece * width), width);
                Slope((float*)dy + at, (float*)z + at, (float*)g, ((float*)r)[row], (float*)dx + at, width);
                if (db == 0) continue;
                Masked((float*)dx + at, at, settings.Mask, mask, width);
                if (narrow) BFloat16Vectors.Narrow(mask, (ushort*)db + at, width);
                else new ReadOnlySpan<float>(mask, width).CopyTo(new Span<float>((float*)db + at, width));
            }
        });
        Tensor? scales = null, shifts = null;
        if (sums is not null)
        {
            var total = sums.sum([0L]);
            (scales, shifts) = (total.select(0, 0).MoveToOuterDisposeScope(), total.select(0, 1).MoveToOuterDisposeScope());
        }
        stream.MoveToOuterDisposeScope();
        return [stream, branch?.MoveToOuterDisposeScope() ?? stream, scales!, shifts!, null!];
    }

    private static void InPieces(int rows, int width, Action<int, int, int> work) =>
        CpuKernels.Share((rows + RowsAPiece - 1) / RowsAPiece, (long)rows * width * 2, piece => work(piece, piece * RowsAPiece, Math.Min(rows, (piece + 1) * RowsAPiece)));

    private static void Branch(nint branch, long at, bool narrow, DropoutMask? mask, float* to, int width)
    {
        if (mask is { } drawn)
        {
            drawn.Draw(to, at, width);
            if (narrow) BFloat16Vectors.Multiply((ushort*)branch + at, to, width);
            else Multiply((float*)branch + at, to, width);
        }
        else if (narrow) BFloat16Vectors.Widen((ushort*)branch + at, to, width);
        else new ReadOnlySpan<float>((float*)branch + at, width).CopyTo(new Span<float>(to, width));
    }

    private static void Masked(float* values, long at, DropoutMask? mask, float* to, int width)
    {
        if (mask is { } drawn)
        {
            drawn.Draw(to, at, width);
            Multiply(values, to, width);
        }
        else new ReadOnlySpan<float>(values, width).CopyTo(new Span<float>(to, width));
    }

    private static void Multiply(float* from, float* to, int width)
    {
        for (var i = 0; i < width; i += Vector<float>.Count) Vector.Store(Vector.Load(from + i) * Vector.Load(to + i), to + i);
    }

    // to += from; their sum.
    private static float AddTo(float* from, float* to, int width)
    {
        var sum = Vector<float>.Zero;
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            var value = Vector.Load(from + i) + Vector.Load(to + i);
            Vector.Store(value, to + i);
            sum += value;
        }
        return Vector.Sum(sum);
    }

    private static float Deviations(float* values, float mean, int width)
    {
        var (sum, middle) = (Vector<float>.Zero, new Vector<float>(mean));
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            var difference = Vector.Load(values + i) - middle;
            sum += difference * difference;
        }
        return Vector.Sum(sum);
    }

    private static void Normalise(float* values, float mean, float inverse, float* scale, float* shift, float* normal, float* result, int width)
    {
        var (middle, one) = (new Vector<float>(mean), new Vector<float>(inverse));
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            var value = (Vector.Load(values + i) - middle) * one;
            if (normal is not null) Vector.Store(value, normal + i);
            Vector.Store((value * Vector.Load(scale + i)) + Vector.Load(shift + i), result + i);
        }
    }

    // Adds a row's share of the gradients of scale and shift.
    private static void AddSlopes(float* gradient, float* normal, float* sums, int width)
    {
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            var d = Vector.Load(gradient + i);
            Vector.Store(Vector.Load(sums + i) + (d * Vector.Load(normal + i)), sums + i);
            Vector.Store(Vector.Load(sums + width + i) + d, sums + width + i);
        }
    }

    // (d - mean(d) - z mean(d z)) / deviation with d the gradient times the scale and z the normalised row.
    private static void Slope(float* gradient, float* normal, float* scale, float inverse, float* result, int width)
    {
        var (sum, product) = (Vector<float>.Zero, Vector<float>.Zero);
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            var d = Vector.Load(gradient + i) * Vector.Load(scale + i);
            sum += d;
            product += d * Vector.Load(normal + i);
        }
        var (mean, slope, one) = (new Vector<float>(Vector.Sum(sum) / width), new Vector<float>(Vector.Sum(product) / width), new Vector<float>(inverse));
        for (var i = 0; i < width; i += Vector<float>.Count)
            Vector.Store(((Vector.Load(gradient + i) * Vector.Load(scale + i)) - mean - (Vector.Load(normal + i) * slope)) * one, result + i);
    }
}
