using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// GELU, exact (with erf) or in its tanh approximation, with its derivative, on the CPU: value and slope come out of one pass over the largest activations there are. libtorch 1.13 takes one
/// thread and two passes for the exact one, and a dozen operators for the other.
/// </summary>
internal sealed unsafe class Gelu : autograd.MultiTensorFunction<Gelu>
{
    private const int Piece = 1 << 14;

    public override string Name => nameof(Gelu);

    /// <summary>Whether x can be read here: dense float32 or bfloat16 on the CPU.</summary>
    public static bool Fits(Tensor x) => x.device_type == DeviceType.CPU && x.is_contiguous() && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.numel() < int.MaxValue / sizeof(float);

    /// <summary>x Φ(x), or 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))); in the type of x.</summary>
    public static Tensor Of(Tensor x, bool approximate) => apply(x, approximate)[0];

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, approximate) = ((Tensor)vars[0], (bool)vars[1]);
        var result = empty_like(x);
        var slope = x.requires_grad ? empty_like(x) : null;
        var (from, to, slopes) = (RowProducts.Address(x), RowProducts.Address(result), slope is null ? 0 : RowProducts.Address(slope));
        var narrow = x.dtype == ScalarType.BFloat16;
        InPieces(x.numel(), (first, count) =>
        {
            if (narrow) Narrow((ushort*)from + first, (ushort*)to + first, slopes == 0 ? null : (ushort*)slopes + first, count, approximate);
            else Values((float*)from + first, (float*)to + first, slopes == 0 ? null : (float*)slopes + first, count, approximate);
        });
        if (slope is not null) ctx.save_for_backward([slope]);
        return [result];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        var slope = ctx.get_saved_variables()[0];
        if (slope.dtype == ScalarType.BFloat16) return [grad_outputs[0].mul(slope).MoveToOuterDisposeScope(), null!];
        var gradient = grad_outputs[0].contiguous();
        var result = empty_like(slope);
        var (from, slopes, to) = (RowProducts.Address(gradient), RowProducts.Address(slope), RowProducts.Address(result));
        InPieces(slope.numel(), (first, count) => System.Numerics.Tensors.TensorPrimitives.Multiply(
            new ReadOnlySpan<float>((float*)from + first, count), new ReadOnlySpan<float>((float*)slopes + first, count), new Span<float>((float*)to + first, count)));
        return [result.MoveToOuterDisposeScope(), null!];
    }

    private static void InPieces(long count, Action<long, int> work) =>
        CpuKernels.Share((int)((count + Piece - 1) / Piece), count, piece => work((long)piece * Piece, (int)Math.Min(count - ((long)piece * Piece), Piece)));

    private static void Values(float* x, float* y, float* d, int count, bool approximate)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            var (value, slope) = approximate ? Tanh(Vector.Load(x + i)) : Exact(Vector.Load(x + i));
            Vector.Store(value, y + i);
            if (d is not null) Vector.Store(slope, d + i);
        }
        if (i == count) return;
        // The last few as part of a whole vector: every element is computed alike wherever it lies.
        float* rest = stackalloc float[3 * Vector<float>.Count];
        for (var k = 0; k < Vector<float>.Count; k++) rest[k] = i + k < count ? x[i + k] : 0;
        Values(rest, rest + Vector<float>.Count, rest + (2 * Vector<float>.Count), Vector<float>.Count, approximate);
        for (var k = 0; i + k < count; k++)
        {
            y[i + k] = rest[Vector<float>.Count + k];
            if (d is not null) d[i + k] = rest[(2 * Vector<float>.Count) + k];
        }
    }

    private static void Narrow(ushort* x, ushort* y, ushort* d, int count, bool approximate)
    {
        const int Few = 256;
        float* wide = stackalloc float[3 * Few];
        for (var i = 0; i < count; i += Few)
        {
            var some = Math.Min(Few, count - i);
            BFloat16Vectors.Widen(x + i, wide, some);
            Values(wide, wide + Few, d is null ? null : wide + (2 * Few), some, approximate);
            BFloat16Vectors.Narrow(wide + Few, y + i, some);
            if (d is not null) BFloat16Vectors.Narrow(wide + (2 * Few), d + i, some);
        }
    }

    // x Φ(x) and Φ(x) + x φ(x). The complement of Φ at |x| is φ(x) · P(t) with t = 1 / (1 + p |x| / √2) (Abramowitz and Stegun 7.1.26): 1.5e-7 at most, and one exponential serves value and slope.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Value, Vector<float> Slope) Exact(Vector<float> x)
    {
        var t = Vector<float>.One / (Vector<float>.One + (Vector.Abs(x) * (0.3275911f * 0.70710678f)));
        var power = Vector.Exp(x * x * -0.5f);
        var polynomial = ((((((((1.061405429f * t) - new Vector<float>(1.453152027f)) * t) + new Vector<float>(1.421413741f)) * t) - new Vector<float>(0.284496736f)) * t) + new Vector<float>(0.254829592f)) * t;
        var tail = 0.5f * polynomial * power;
        var below = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, Vector<float>.Zero), Vector<float>.One - tail, tail);
        return (x * below, below + (x * power * 0.39894228f));
    }

    // 0.5 (1 + tanh(z)) = 1 / (1 + exp(-2 z)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Value, Vector<float> Slope) Tanh(Vector<float> x)
    {
        const float Linear = 1.5957691216057308f, Cubic = Linear * 0.044715f;
        var square = x * x;
        var gate = Vector<float>.One / (Vector<float>.One + Vector.Exp(-x * (new Vector<float>(Linear) + (square * Cubic))));
        var value = x * gate;
        return (value, gate + (value * (Vector<float>.One - gate) * (new Vector<float>(Linear) + (square * (3 * Cubic)))));
    }
}
