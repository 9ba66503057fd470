using System.Text;
using static TorchSharp.torch;

namespace MindBridge.Memory.Checkpoints;

/// <summary>
/// Random numbers that are a pure function of (seed, purpose, index). Each epoch and each step opens its own streams, so that a resumed run
/// draws what the uninterrupted one would have drawn without any state being saved, and a batch may be built ahead on another thread.
/// </summary>
/// <remarks>SplitMix64 over a hashed key: fast, equidistributed, the same on every machine.</remarks>
public sealed class RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    private RandomStream(ulong state) => this.state = state;

    /// <summary>Opens the stream of one purpose ("edits", "prefixes"...) at one index (an epoch or a step).</summary>
    public static RandomStream For(long seed, string purpose, long index = 0)
    {
        // FNV-1a over the purpose, mixed with seed and index: neighbouring seeds or steps share nothing.
        var hash = 0xCBF29CE484222325;
        foreach (var b in Encoding.UTF8.GetBytes(purpose)) hash = (hash ^ b) * 0x100000001B3;
        return new RandomStream(Mix(Mix(Mix((ulong)seed + Golden) ^ hash) + ((ulong)index * Golden)));
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(state += Golden);

    /// <summary>A whole number in [0, <paramref name="bound"/>).</summary>
    public int Below(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>A real number in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>0..<paramref name="count"/>-1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>Puts the items into random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Normally distributed numbers around 0 (Box-Muller): [shape] float32 on the CPU.</summary>
    public Tensor Normal(long[] shape, double deviation)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = deviation * Math.Sqrt(-2 * Math.Log(1 - Unit()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * Unit());
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length) values[i + 1] = (float)(radius * sin);
        }

        using var flat = tensor(values);
        return flat.view(shape);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
