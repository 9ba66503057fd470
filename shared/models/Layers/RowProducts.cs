using System.Numerics;
using System.Runtime.CompilerServices;
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
        var (to, shift) = (Address(result), bias is null ? 0 : Address(bias));
        var (w, narrow) = (Address(weight), weight.dtype == ScalarType.BFloat16);
        var width = outputs >= 4 * Columns ? Columns : Columns / 2;
        var packed = System.Buffers.ArrayPool<float>.Shared.Rent(rows * inputs);
        Pack((float*)Address(dense), rows, inputs, packed);
        fixed (float* values = packed)
        {
            var from = (nint)values;
            Share((outputs + width - 1) / width, (long)rows * inputs * outputs, piece =>
            {
                var first = piece * width;
                var columns = Math.Min(outputs - first, width);
                // Rows of the result may lie so that they push one another out of the cache; sums are taken beside it.
                var sums = stackalloc float[RowsAtOnce * Columns];
                for (var row = 0; row < rows; row += RowsAtOnce)
                {
                    var count = Math.Min(RowsAtOnce, rows - row);
                    for (var r = 0; r < count; r++)
                    {
                        var sum = new Span<float>(sums + r * Columns, columns);
                        if (shift == 0) sum.Clear();
                        else new ReadOnlySpan<float>((float*)shift + first, columns).CopyTo(sum);
                    }
                    var source = (float*)from + (long)row * inputs;
                    if (narrow) AddProduct(source, count, inputs, (ushort*)w + first, outputs, columns, sums);
                    else AddProduct(source, count, inputs, (float*)w + first, outputs, columns, sums);
                    for (var r = 0; r < count; r++) new ReadOnlySpan<float>(sums + r * Columns, columns).CopyTo(new Span<float>((float*)to + (long)(row + r) * outputs + first, columns));
                }
            });
        }
        System.Buffers.ArrayPool<float>.Shared.Return(packed);
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
                    BFloat16Vectors.Widen((ushort*)w + (long)column * inputs, wide, inputs);
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
    public static nint Address(Tensor x) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.bytes));

    /// <summary>Runs <paramref name="work"/> for 0 to count - 1, on every core where it is enough work.</summary>
    public static void Share(int count, long multiplications, Action<int> work)
    {
        if (multiplications < WorthSharing || count < 2 || Environment.ProcessorCount < 2)
        {
            for (var i = 0; i < count; i++) work(i);
        }
        else Parallel.For(0, count, work);
    }

    // By groups of rows that are multiplied at once, and in a group four inputs of every row side by side, in the order in which they are read.
    private static void Pack(float* x, int rows, int inputs, Span<float> packed)
    {
        for (var row = 0; row < rows; row += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - row);
            var to = packed.Slice(row * inputs, count * inputs);
            var at = 0;
            for (var k = 0; k < inputs; k += 4)
            {
                var few = Math.Min(4, inputs - k);
                for (var r = 0; r < count; r++)
                    for (var i = 0; i < few; i++) to[at++] = x[(long)(row + r) * inputs + k + i];
            }
        }
    }

    // sums[r, n] += x[r, :] W[:, n]. Four inputs and two vectors of columns at a time keep their weights in registers; each sum still runs over the inputs one after another.
    private static void AddProduct(float* x, int rows, int inputs, float* w, int outputs, int columns, float* sums)
    {
        var size = Vector<float>.Count;
        for (var k = 0; k < inputs; k += 4)
        {
            var line = w + (long)k * outputs;
            var n = 0;
            if (k + 4 <= inputs)
            {
                for (; n + 2 * size <= columns; n += 2 * size)
                {
                    var at = line + n;
                    Vector<float> a0 = Vector.Load(at), b0 = Vector.Load(at + size);
                    at += outputs;
                    Vector<float> a1 = Vector.Load(at), b1 = Vector.Load(at + size);
                    at += outputs;
                    Vector<float> a2 = Vector.Load(at), b2 = Vector.Load(at + size);
                    at += outputs;
                    Vector<float> a3 = Vector.Load(at), b3 = Vector.Load(at + size);
                    Accumulate(x, rows, sums + n, a0, b0, a1, b1, a2, b2, a3, b3);
                }
            }
            var few = Math.Min(4, inputs - k);
            for (; n < columns; n++)
                for (var r = 0; r < rows; r++)
                    for (var i = 0; i < few; i++) sums[r * Columns + n] = MathF.FusedMultiplyAdd(x[r * few + i], line[(long)i * outputs + n], sums[r * Columns + n]);
            x += rows * few;
        }
    }

    private static void AddProduct(float* x, int rows, int inputs, ushort* w, int outputs, int columns, float* sums)
    {
        var size = Vector<ushort>.Count;
        for (var k = 0; k < inputs; k += 4)
        {
            var line = w + (long)k * outputs;
            var n = 0;
            if (k + 4 <= inputs)
            {
                for (; n + size <= columns; n += size)
                {
                    var at = line + n;
                    var (a0, b0) = BFloat16Vectors.Load(at);
                    var (a1, b1) = BFloat16Vectors.Load(at + outputs);
                    var (a2, b2) = BFloat16Vectors.Load(at + 2L * outputs);
                    var (a3, b3) = BFloat16Vectors.Load(at + 3L * outputs);
                    Accumulate(x, rows, sums + n, a0, b0, a1, b1, a2, b2, a3, b3);
                }
            }
            var few = Math.Min(4, inputs - k);
            for (; n < columns; n++)
                for (var r = 0; r < rows; r++)
                    for (var i = 0; i < few; i++) sums[r * Columns + n] = MathF.FusedMultiplyAdd(x[r * few + i], BFloat16Vectors.Wide(line[(long)i * outputs + n]), sums[r * Columns + n]);
            x += rows * few;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        float* x, int rows, float* sums, Vector<float> a0, Vector<float> b0, Vector<float> a1, Vector<float> b1, Vector<float> a2, Vector<float> b2, Vector<float> a3, Vector<float> b3)
    {
        for (var r = 0; r < rows; r++)
        {
            Vector<float> a = Vector.Load(sums), b = Vector.Load(sums + Vector<float>.Count);
            var value = new Vector<float>(x[0]);
            a = Vector.FusedMultiplyAdd(value, a0, a);
            b = Vector.FusedMultiplyAdd(value, b0, b);
            value = new Vector<float>(x[1]);
            a = Vector.FusedMultiplyAdd(value, a1, a);
            b = Vector.FusedMultiplyAdd(value, b1, b);
            value = new Vector<float>(x[2]);
            a = Vector.FusedMultiplyAdd(value, a2, a);
            b = Vector.FusedMultiplyAdd(value, b2, b);
            value = new Vector<float>(x[3]);
            a = Vector.FusedMultiplyAdd(value, a3, a);
            b = Vector.FusedMultiplyAdd(value, b3, b);
            Vector.Store(a, sums);
            Vector.Store(b, sums + Vector<float>.Count);
            x += 4;
            sums += Columns;
        }
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
