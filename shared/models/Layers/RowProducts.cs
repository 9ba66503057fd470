using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Products of a few rows with a weight, on the CPU, where every row is computed exactly as it would be alone: sums run over the inputs in one order, however many rows there are. (A
/// BLAS takes another kernel for each number of rows, so a text drawn in a batch could differ from the same text alone.) The weight is read once for all rows, where it lies, in float32
/// or bfloat16; sums are float32.
/// </summary>
internal static unsafe class RowProducts
{
    // So many columns of the result stay in the first-level cache while the weight streams by.
    private const int Columns = 128;
    private const int RowsAtOnce = 32;
    // Below this many multiplications a second thread costs more than it saves.
    private const long WorthSharing = 1 << 20;

    /// <summary>The weight as it can be read: as it is stored, or in float32 where it is stored as something else.</summary>
    public static Tensor Readable(Weight weight) => weight.Value.dtype == ScalarType.BFloat16 ? weight.Value : weight.As(ScalarType.Float32);

    /// <summary>x W + b: x [n, in] float32, W [in, out], b [out] float32 or null, to [n, out] float32.</summary>
    public static Tensor Multiply(Tensor x, Tensor weight, Tensor? bias)
    {
        var (rows, inputs, outputs) = ((int)x.shape[0], (int)weight.shape[0], (int)weight.shape[1]);
        using var dense = x.contiguous();
        var result = empty([rows, outputs], dtype: ScalarType.Float32);
        var (from, to, shift) = (Address(dense), Address(result), bias is null ? 0 : Address(bias));
        var (w, narrow) = (Address(weight), weight.dtype == ScalarType.BFloat16);
        var width = outputs >= 4 * Columns ? Columns : Math.Max(Vector<ushort>.Count, Columns / 2);
        Share((outputs + width - 1) / width, (long)rows * inputs * outputs, piece =>
        {
            var (first, last) = (piece * width, Math.Min(outputs, (piece + 1) * width));
            for (var row = 0; row < rows; row += RowsAtOnce)
            {
                var count = Math.Min(RowsAtOnce, rows - row);
                var source = (float*)from + (long)row * inputs;
                var y = (float*)to + (long)row * outputs;
                for (var r = 0; r < count; r++)
                {
                    var target = new Span<float>(y + (long)r * outputs + first, last - first);
                    if (shift == 0) target.Clear();
                    else new ReadOnlySpan<float>((float*)shift + first, last - first).CopyTo(target);
                }
                if (narrow) AddProduct(source, count, inputs, (ushort*)w, outputs, first, last, y);
                else AddProduct(source, count, inputs, (float*)w, outputs, first, last, y);
            }
        });
        return result;
    }

    /// <summary>x Eᵀ + b: x [n, in] float32, E [out, in], to [n, out] float32.</summary>
    public static Tensor MultiplyTransposed(Tensor x, Tensor table, Tensor? bias)
    {
        var (rows, inputs, outputs) = ((int)x.shape[0], (int)table.shape[1], (int)table.shape[0]);
        using var dense = x.contiguous();
        var result = empty([rows, outputs], dtype: ScalarType.Float32);
        var (from, to, shift) = (Address(dense), Address(result), bias is null ? 0 : Address(bias));
        var (w, narrow) = (Address(table), table.dtype == ScalarType.BFloat16);
        const int Pieces = 64;
        var work = (long)rows * inputs * outputs;
        Share((outputs + Pieces - 1) / Pieces, work, piece =>
        {
            var (first, last) = (piece * Pieces, Math.Min(outputs, (piece + 1) * Pieces));
            var source = (float*)from;
            var y = (float*)to;
            // A bfloat16 row is widened once for all rows of x.
            var wide = stackalloc float[narrow ? inputs : 1];
            for (var column = first; column < last; column++)
            {
                float* line;
                if (narrow)
                {
                    Widen((ushort*)w + (long)column * inputs, wide, inputs);
                    line = wide;
                }
                else line = (float*)w + (long)column * inputs;
                var b = shift == 0 ? 0 : ((float*)shift)[column];
                var row = 0;
                for (; row + 4 <= rows; row += 4) FourDots(source + (long)row * inputs, inputs, line, y + (long)row * outputs + column, outputs, b);
                for (; row < rows; row++) y[(long)row * outputs + column] = Dot(source + (long)row * inputs, line, inputs) + b;
            }
        });
        return result;
    }

    /// <summary>Where a tensor's values lie; good while the tensor lives.</summary>
    public static nint Address(Tensor x) => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.bytes));

    /// <summary>Runs <paramref name="work"/> for 0 to count - 1, on every core where it is enough work.</summary>
    public static void Share(int count, long multiplications, Action<int> work)
    {
        if (multiplications < WorthSharing || count < 2 || Environment.ProcessorCount < 2)
        {
            for (var i = 0; i < count; i++) work(i);
        }
        else Parallel.For(0, count, work);
    }

    // y[r, first..last] += x[r, :] W[:, first..last]. Eight inputs at a time keep their weights in registers; each sum still runs over the inputs one after another.
    private static void AddProduct(float* x, int rows, int inputs, float* w, int outputs, int first, int last, float* y)
    {
        var size = Vector<float>.Count;
        var k = 0;
        for (; k + 8 <= inputs; k += 8)
        {
            var n = first;
            for (; n + size <= last; n += size)
            {
                var line = w + (long)k * outputs + n;
                var (w0, w1, w2, w3) = (Vector.Load(line), Vector.Load(line + outputs), Vector.Load(line + 2L * outputs), Vector.Load(line + 3L * outputs));
                line += 4L * outputs;
                var (w4, w5, w6, w7) = (Vector.Load(line), Vector.Load(line + outputs), Vector.Load(line + 2L * outputs), Vector.Load(line + 3L * outputs));
                var from = x + k;
                var to = y + n;
                for (var r = 0; r < rows; r++, from += inputs, to += outputs)
                {
                    var sum = Vector.Load(to);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[0]), w0, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[1]), w1, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[2]), w2, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[3]), w3, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[4]), w4, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[5]), w5, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[6]), w6, sum);
                    sum = Vector.FusedMultiplyAdd(new Vector<float>(from[7]), w7, sum);
                    Vector.Store(sum, to);
                }
            }
            for (; n < last; n++)
                for (var r = 0; r < rows; r++)
                    for (var i = k; i < k + 8; i++) y[(long)r * outputs + n] = MathF.FusedMultiplyAdd(x[(long)r * inputs + i], w[(long)i * outputs + n], y[(long)r * outputs + n]);
        }
        for (; k < inputs; k++)
            for (var r = 0; r < rows; r++)
                for (var n = first; n < last; n++) y[(long)r * outputs + n] = MathF.FusedMultiplyAdd(x[(long)r * inputs + k], w[(long)k * outputs + n], y[(long)r * outputs + n]);
    }

    private static void AddProduct(float* x, int rows, int inputs, ushort* w, int outputs, int first, int last, float* y)
    {
        var (size, half) = (Vector<ushort>.Count, Vector<float>.Count);
        var k = 0;
        for (; k + 4 <= inputs; k += 4)
        {
            var n = first;
            for (; n + size <= last; n += size)
            {
                var line = w + (long)k * outputs + n;
                var ((a0, b0), (a1, b1), (a2, b2), (a3, b3)) = (Wide(line), Wide(line + outputs), Wide(line + 2L * outputs), Wide(line + 3L * outputs));
                var from = x + k;
                var to = y + n;
                for (var r = 0; r < rows; r++, from += inputs, to += outputs)
                {
                    var (x0, x1, x2, x3) = (new Vector<float>(from[0]), new Vector<float>(from[1]), new Vector<float>(from[2]), new Vector<float>(from[3]));
                    var (a, b) = (Vector.Load(to), Vector.Load(to + half));
                    a = Vector.FusedMultiplyAdd(x0, a0, a);
                    b = Vector.FusedMultiplyAdd(x0, b0, b);
                    a = Vector.FusedMultiplyAdd(x1, a1, a);
                    b = Vector.FusedMultiplyAdd(x1, b1, b);
                    a = Vector.FusedMultiplyAdd(x2, a2, a);
                    b = Vector.FusedMultiplyAdd(x2, b2, b);
                    a = Vector.FusedMultiplyAdd(x3, a3, a);
                    b = Vector.FusedMultiplyAdd(x3, b3, b);
                    Vector.Store(a, to);
                    Vector.Store(b, to + half);
                }
            }
            for (; n < last; n++)
                for (var r = 0; r < rows; r++)
                    for (var i = k; i < k + 4; i++) y[(long)r * outputs + n] = MathF.FusedMultiplyAdd(x[(long)r * inputs + i], Wide(w[(long)i * outputs + n]), y[(long)r * outputs + n]);
        }
        for (; k < inputs; k++)
            for (var r = 0; r < rows; r++)
                for (var n = first; n < last; n++) y[(long)r * outputs + n] = MathF.FusedMultiplyAdd(x[(long)r * inputs + k], Wide(w[(long)k * outputs + n]), y[(long)r * outputs + n]);
    }

    private static (Vector<float> Low, Vector<float> High) Wide(ushort* from)
    {
        Vector.Widen(Vector.Load(from), out var low, out var high);
        return (Vector.AsVectorSingle(Vector.ShiftLeft(low, 16)), Vector.AsVectorSingle(Vector.ShiftLeft(high, 16)));
    }

    private static float Wide(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    private static void Widen(ushort* from, float* to, int count)
    {
        var i = 0;
        for (; i + Vector<ushort>.Count <= count; i += Vector<ushort>.Count)
        {
            var (low, high) = Wide(from + i);
            Vector.Store(low, to + i);
            Vector.Store(high, to + i + Vector<float>.Count);
        }
        for (; i < count; i++) to[i] = Wide(from[i]);
    }

    // Four sums at once, each in the order of Dot.
    private static void FourDots(float* x, int inputs, float* line, float* y, int outputs, float bias)
    {
        var (a0, b0, a1, b1) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (a2, b2, a3, b3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var size = Vector<float>.Count;
        var x1 = x + inputs;
        var x2 = x + 2L * inputs;
        var x3 = x + 3L * inputs;
        var i = 0;
        for (; i + 2 * size <= inputs; i += 2 * size)
        {
            var (first, second) = (Vector.Load(line + i), Vector.Load(line + i + size));
            a0 = Vector.FusedMultiplyAdd(Vector.Load(x + i), first, a0);
            b0 = Vector.FusedMultiplyAdd(Vector.Load(x + i + size), second, b0);
            a1 = Vector.FusedMultiplyAdd(Vector.Load(x1 + i), first, a1);
            b1 = Vector.FusedMultiplyAdd(Vector.Load(x1 + i + size), second, b1);
            a2 = Vector.FusedMultiplyAdd(Vector.Load(x2 + i), first, a2);
            b2 = Vector.FusedMultiplyAdd(Vector.Load(x2 + i + size), second, b2);
            a3 = Vector.FusedMultiplyAdd(Vector.Load(x3 + i), first, a3);
            b3 = Vector.FusedMultiplyAdd(Vector.Load(x3 + i + size), second, b3);
        }
        var (s0, s1, s2, s3) = (Vector.Sum(a0 + b0), Vector.Sum(a1 + b1), Vector.Sum(a2 + b2), Vector.Sum(a3 + b3));
        for (; i < inputs; i++)
        {
            s0 = MathF.FusedMultiplyAdd(x[i], line[i], s0);
            s1 = MathF.FusedMultiplyAdd(x1[i], line[i], s1);
            s2 = MathF.FusedMultiplyAdd(x2[i], line[i], s2);
            s3 = MathF.FusedMultiplyAdd(x3[i], line[i], s3);
        }
        y[0] = s0 + bias;
        y[outputs] = s1 + bias;
        y[2L * outputs] = s2 + bias;
        y[3L * outputs] = s3 + bias;
    }

    private static float Dot(float* x, float* line, int inputs)
    {
        var (a, b) = (Vector<float>.Zero, Vector<float>.Zero);
        var size = Vector<float>.Count;
        var i = 0;
        for (; i + 2 * size <= inputs; i += 2 * size)
        {
            a = Vector.FusedMultiplyAdd(Vector.Load(x + i), Vector.Load(line + i), a);
            b = Vector.FusedMultiplyAdd(Vector.Load(x + i + size), Vector.Load(line + i + size), b);
        }
        var sum = Vector.Sum(a + b);
        for (; i < inputs; i++) sum = MathF.FusedMultiplyAdd(x[i], line[i], sum);
        return sum;
    }
}
