using System.Numerics;
using System.Runtime.CompilerServices;

namespace MindBridge.Models;

/// <summary>Numbers in bfloat16, which is the upper half of a float32, in whole vectors.</summary>
internal static unsafe class BFloat16Vectors
{
    /// <summary>Two vectors of numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<float> Low, Vector<float> High) Load(ushort* from)
    {
        Vector.Widen(Vector.Load(from), out var low, out var high);
        return (Vector.AsVectorSingle(low << 16), Vector.AsVectorSingle(high << 16));
    }

    /// <summary>Rounds two vectors to the nearest, halves to even; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<float> low, Vector<float> high, ushort* to) => Vector.Store(Vector.Narrow(Round(low), Round(high)), to);

    public static float Wide(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    public static void Widen(ushort* from, float* to, int count)
    {
        var i = 0;
        for (; i + Vector<ushort>.Count <= count; i += Vector<ushort>.Count)
        {
            var (low, high) = Load(from + i);
            Vector.Store(low, to + i);
            Vector.Store(high, to + i + Vector<float>.Count);
        }
        for (; i < count; i++) to[i] = Wide(from[i]);
    }

    public static void Narrow(float* from, ushort* to, int count)
    {
        var i = 0;
        for (; i + Vector<ushort>.Count <= count; i += Vector<ushort>.Count) Store(Vector.Load(from + i), Vector.Load(from + i + Vector<float>.Count), to + i);
        for (; i < count; i++) to[i] = (ushort)Round(new Vector<float>(from[i]))[0];
    }

    /// <summary>to *= from, a count of whole vectors.</summary>
    public static void Multiply(ushort* from, float* to, int count)
    {
        for (var i = 0; i < count; i += Vector<ushort>.Count)
        {
            var (low, high) = Load(from + i);
            Vector.Store(low * Vector.Load(to + i), to + i);
            Vector.Store(high * Vector.Load(to + i + Vector<float>.Count), to + i + Vector<float>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> value)
    {
        var bits = Vector.AsVectorUInt32(value);
        var rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >>> 16) & Vector<uint>.One)) >>> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(value, value)), rounded, new Vector<uint>(0x7FC0));
    }
}
