using System.Numerics;
using System.Runtime.CompilerServices;

namespace MindBridge.Models;

/// <summary>Products of matrices that fit into the first-level cache, where a library's packing and calls would cost more than the arithmetic. Float32, one thread, sums in one order.</summary>
internal static unsafe class SmallProducts
{
    /// <summary>
    /// C = scale · A B, or C += scale · A B. Element (i, k) of A [m, depth] lies at i·<paramref name="aRow"/> + k·<paramref name="aColumn"/>, rows of B [depth, n] and C [m, n] lie a stride apart;
    /// n is a multiple of a vector's length.
    /// </summary>
    public static void Multiply(float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, int m, int n, int depth, float scale, bool add)
    {
        var size = Vector<float>.Count;
        var i = 0;
        for (; i + 4 <= m; i += 4, a += 4 * aRow, c += 4 * cRow)
        {
            var j = 0;
            for (; j + (2 * size) <= n; j += 2 * size) Four(a, aRow, aColumn, b + j, bRow, c + j, cRow, depth, scale, add);
            for (; j < n; j += size)
                for (var row = 0; row < 4; row++) One(a + (row * aRow), aColumn, b + j, bRow, c + (row * cRow) + j, depth, scale, add);
        }
        for (; i < m; i++, a += aRow, c += cRow)
            for (var j = 0; j < n; j += size) One(a, aColumn, b + j, bRow, c + j, depth, scale, add);
    }

    private static void Four(float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, int depth, float scale, bool add)
    {
        var size = Vector<float>.Count;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        Vector<float> l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        for (var k = 0; k < depth; k++)
        {
            Vector<float> low = Vector.Load(b), high = Vector.Load(b + size);
            var x = new Vector<float>(*a);
            l0 = Vector.FusedMultiplyAdd(x, low, l0);
            h0 = Vector.FusedMultiplyAdd(x, high, h0);
            x = new Vector<float>(*a1);
            l1 = Vector.FusedMultiplyAdd(x, low, l1);
            h1 = Vector.FusedMultiplyAdd(x, high, h1);
            x = new Vector<float>(*a2);
            l2 = Vector.FusedMultiplyAdd(x, low, l2);
            h2 = Vector.FusedMultiplyAdd(x, high, h2);
            x = new Vector<float>(*a3);
            l3 = Vector.FusedMultiplyAdd(x, low, l3);
            h3 = Vector.FusedMultiplyAdd(x, high, h3);
            a += aColumn;
            a1 += aColumn;
            a2 += aColumn;
            a3 += aColumn;
            b += bRow;
        }
        Write(c, l0, scale, add);
        Write(c + size, h0, scale, add);
        c += cRow;
        Write(c, l1, scale, add);
        Write(c + size, h1, scale, add);
        c += cRow;
        Write(c, l2, scale, add);
        Write(c + size, h2, scale, add);
        c += cRow;
        Write(c, l3, scale, add);
        Write(c + size, h3, scale, add);
    }

    // Two sums in turn: one would wait for itself.
    private static void One(float* a, int aColumn, float* b, int bRow, float* c, int depth, float scale, bool add)
    {
        Vector<float> even = default, odd = default;
        var k = 0;
        for (; k + 2 <= depth; k += 2)
        {
            even = Vector.FusedMultiplyAdd(new Vector<float>(*a), Vector.Load(b), even);
            odd = Vector.FusedMultiplyAdd(new Vector<float>(a[aColumn]), Vector.Load(b + bRow), odd);
            a += 2 * aColumn;
            b += 2 * bRow;
        }
        if (k < depth) even = Vector.FusedMultiplyAdd(new Vector<float>(*a), Vector.Load(b), even);
        Write(c, even + odd, scale, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(float* c, Vector<float> sum, float scale, bool add) =>
        Vector.Store(add ? Vector.FusedMultiplyAdd(sum, new Vector<float>(scale), Vector.Load(c)) : sum * scale, c);
}
