using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Keys and values of several texts that begin and end independently: a fixed number of slots, each with room for as many tokens, allocated once. float32 on the CPU, whatever the
/// model computes in. For one thread at a time.
/// </summary>
public sealed class SlotCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly int[] _lengths;

    internal SlotCache(int layers, int slots, int heads, int headWidth, int capacity)
    {
        (Slots, Capacity, _lengths) = (slots, capacity, new int[slots]);
        // Never read before it was written, so it need not be cleared; pages come with their first use.
        Tensor Buffer() => empty([slots * heads, capacity, headWidth], dtype: ScalarType.Float32).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, layers).Select(_ => Buffer())];
        _values = [.. Enumerable.Range(0, layers).Select(_ => Buffer())];
    }

    /// <summary>How many texts there is room for.</summary>
    public int Slots { get; }

    /// <summary>The most tokens of a text.</summary>
    public int Capacity { get; }

    /// <summary>Tokens in a slot.</summary>
    public int Length(int slot) => _lengths[slot];

    /// <summary>Empties a slot for the next text.</summary>
    public void Clear(int slot) => _lengths[slot] = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _keys.Concat(_values)) buffer.Dispose();
    }

    /// <summary>Bytes of one slot of a model.</summary>
    internal static long BytesOf(ModelConfiguration c, int capacity) => 2L * sizeof(float) * c.Layers * c.KeyHeads * c.HeadWidth * capacity;

    internal (Tensor Keys, Tensor Values) Buffers(int layer) => (_keys[layer], _values[layer]);

    // The place of each row in its slot; rows of one slot follow one another.
    internal int[] Place(ReadOnlySpan<int> slots)
    {
        var places = new int[slots.Length];
        var next = (int[])_lengths.Clone();
        for (var row = 0; row < slots.Length; row++)
        {
            places[row] = next[slots[row]]++;
            if (places[row] >= Capacity) throw new ArgumentException($"slot {slots[row]} holds {Capacity} tokens and is full; end its text, or open slots with more room");
        }
        return places;
    }

    internal void Advance(ReadOnlySpan<int> slots)
    {
        foreach (var slot in slots) _lengths[slot]++;
    }
}
