using System.Numerics;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Dropout masks that are a pure function of (seed, place in the pass): a resumed training draws them again without any generator's state, two trainings in one process do not
/// disturb each other, the backward pass draws them once more instead of keeping them, and they cost a fraction of libtorch's, which draws one number at a time.
/// </summary>
internal readonly unsafe struct DropoutMask
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const int Levels = 1 << 16;
    private const int Piece = 1 << 14;

    private readonly ulong state;
    private readonly ushort limit;
    private readonly float keep;

    /// <summary>0 with probability <paramref name="rate"/> (from 0 to below 1, in steps of 1/65,536), else what keeps the mean.</summary>
    public DropoutMask(float rate, ulong seed, ulong place)
    {
        state = Mix(seed ^ Mix(place + Golden));
        limit = (ushort)Math.Min(Levels - 1, Math.Round(rate * Levels));
        keep = Levels / (float)(Levels - limit);
    }

    /// <summary>[shape] float32 on the CPU.</summary>
    public Tensor Of(long[] shape)
    {
        var mask = empty(shape, dtype: ScalarType.Float32);
        var (to, count, self) = (RowProducts.Address(mask), mask.numel(), this);
        CpuKernels.Share((int)((count + Piece - 1) / Piece), count, piece =>
        {
            var first = (long)piece * Piece;
            self.Draw((float*)to + first, first, (int)Math.Min(count - first, Piece));
        });
        return mask;
    }

    /// <summary>The values from the <paramref name="first"/> on, which is a multiple of four. Each draw of 64 bits decides on four of them.</summary>
    public void Draw(float* values, long first, int count)
    {
        var i = 0;
        var at = state + ((ulong)(first / 4) * Golden);
        var (factor, least) = (new Vector<float>(keep), new Vector<ushort>(limit));
        var draws = new Vector<ulong>(at + Golden) + (Vector<ulong>.Indices * Golden);
        var step = new Vector<ulong>(Golden * (ulong)Vector<ulong>.Count);
        for (; i + Vector<ushort>.Count <= count; i += Vector<ushort>.Count, draws += step)
        {
            // All ones where the value stays.
            Vector.Widen(Vector.AsVectorInt16(Vector.GreaterThanOrEqual(Vector.AsVectorUInt16(Mix(draws)), least)), out var low, out var high);
            Vector.Store(Vector.AsVectorSingle(low & Vector.AsVectorInt32(factor)), values + i);
            Vector.Store(Vector.AsVectorSingle(high & Vector.AsVectorInt32(factor)), values + i + Vector<float>.Count);
        }
        at += (ulong)(i / 4) * Golden;
        for (ulong bits = 0; i < count; i++, bits >>= 16)
        {
            if (i % 4 == 0) bits = Mix(at += Golden);
            values[i] = (ushort)bits < limit ? 0 : keep;
        }
    }

    // SplitMix64's finisher.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static Vector<ulong> Mix(Vector<ulong> z)
    {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EB;
        return z ^ (z >>> 31);
    }
}
