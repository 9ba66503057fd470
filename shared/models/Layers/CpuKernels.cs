using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Float32 loops on the CPU for what libtorch would do as a chain of small operators. When one token is decoded, every operator costs more
/// in calls than in arithmetic.
/// </summary>
internal static unsafe class CpuKernels
{
    // Below this many elements a second thread costs more than it saves.
    private const long WorthSharing = 1 << 17;

    /// <summary>Whether <paramref name="x"/> can be read in place: dense float32 on the CPU.</summary>
    public static bool CanRead(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && x.is_contiguous() && x.numel() < int.MaxValue / sizeof(float);

    /// <summary>Whether a kernel without a derivative may stand in: nothing is being recorded.</summary>
    public static bool CanReplace(Tensor x) => !is_grad_enabled() && CanRead(x);

    /// <summary>x / rms(x) · scale for rows x [n, width].</summary>
    public static Tensor RmsNorm(Tensor x, Tensor scale, double epsilon)
    {
        var width = (int)scale.numel();
        var result = empty_like(x);
        var from = Floats(x);
        var weight = Floats(scale);
        var to = Floats(result);
        for (var row = 0; row < from.Length; row += width)
        {
            var input = from.Slice(row, width);
            var inverse = 1 / MathF.Sqrt(SumOfSquares(input) / width + (float)epsilon);
            var output = to.Slice(row, width);
            TensorPrimitives.Multiply(input, inverse, output);
            TensorPrimitives.Multiply(output, weight, output);
        }
        return result;
    }

    /// <summary>silu(gate) · up for rows [gate | up] of 2·<paramref name="inner"/> values.</summary>
    public static Tensor GatedSilu(Tensor gateAndUp, int inner)
    {
        var rows = (int)(gateAndUp.numel() / (2 * inner));
        var result = empty([rows, inner], dtype: ScalarType.Float32);
        fixed (float* from = Floats(gateAndUp), to = Floats(result))
        {
            var (source, target) = ((nint)from, (nint)to);
            Share(rows, 2L * inner * rows, row =>
            {
                var gate = (float*)source + 2L * row * inner;
                var y = (float*)target + (long)row * inner;
                var i = 0;
                for (; i + Vector<float>.Count <= inner; i += Vector<float>.Count)
                {
                    var g = Vector.Load(gate + i);
                    Vector.Store(g / (Vector<float>.One + Vector.Exp(-g)) * Vector.Load(gate + inner + i), y + i);
                }
                for (; i < inner; i++) y[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * gate[inner + i];
            });
        }
        return result;
    }

    /// <summary>The values of a dense float32 tensor on the CPU.</summary>
    public static Span<float> Floats(Tensor x) => MemoryMarshal.Cast<byte, float>(x.bytes);

    /// <summary>Runs <paramref name="work"/> for 0 to count - 1, on as many threads as products take where it is enough work.</summary>
    public static void Share(int count, long elements, Action<int> work)
    {
        if (elements < WorthSharing || count < 2 || Cores.Count < 2)
        {
            for (var i = 0; i < count; i++) work(i);
        }
        else Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Cores.Count }, work);
    }

    // In one order wherever the row lies: a library's own may begin with what is aligned, and then equal rows differ.
    private static float SumOfSquares(ReadOnlySpan<float> x)
    {
        fixed (float* values = x) return Dot(values, values, x.Length);
    }

    /// <summary>Σ a·b.</summary>
    public static float Dot(float* a, float* b, int count)
    {
        var (first, second) = (Vector<float>.Zero, Vector<float>.Zero);
        var i = 0;
        for (; i + 2 * Vector<float>.Count <= count; i += 2 * Vector<float>.Count)
        {
            first += Vector.Load(a + i) * Vector.Load(b + i);
            second += Vector.Load(a + i + Vector<float>.Count) * Vector.Load(b + i + Vector<float>.Count);
        }
        var sum = Vector.Sum(first + second);
        for (; i < count; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(float* y, float* x, float factor, int count)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count) Vector.Store(Vector.Load(y + i) + factor * Vector.Load(x + i), y + i);
        for (; i < count; i++) y[i] += factor * x[i];
    }
}
