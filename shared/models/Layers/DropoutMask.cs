using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Dropout masks that are a pure function of (seed, place in the pass): a resumed training draws them again without any generator's state, two trainings in one process do not
/// disturb each other, and they cost a fraction of libtorch's, which draws one number at a time.
/// </summary>
internal static class DropoutMask
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const int Levels = 1 << 16;

    /// <summary>[shape] float32 on the CPU: 0 with probability <paramref name="rate"/> (in steps of 1/65,536), else what keeps the mean.</summary>
    public static Tensor Of(long[] shape, float rate, ulong seed, ulong place)
    {
        var mask = empty(shape, dtype: ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(mask.bytes);
        var limit = (uint)Math.Round(rate * Levels);
        var keep = Levels / (float)(Levels - limit);
        var state = Mix(seed ^ Mix(place + Golden));
        var i = 0;
        // Each draw of 64 bits decides on four values.
        for (; i + 4 <= values.Length; i += 4)
        {
            var bits = Mix(state += Golden);
            values[i] = (ushort)bits < limit ? 0 : keep;
            values[i + 1] = (ushort)(bits >> 16) < limit ? 0 : keep;
            values[i + 2] = (ushort)(bits >> 32) < limit ? 0 : keep;
            values[i + 3] = (ushort)(bits >> 48) < limit ? 0 : keep;
        }
        for (var bits = Mix(state + Golden); i < values.Length; i++, bits >>= 16) values[i] = (ushort)bits < limit ? 0 : keep;
        return mask;
    }

    // SplitMix64's finisher.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
