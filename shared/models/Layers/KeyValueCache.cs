using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Keys and values of the tokens seen so far, in buffers allocated once: [rows · key heads, capacity, head width] a layer. Rows may be
/// padded left or right; padded columns stay hidden for good.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    // A constant beginning: what follows is put behind it but never kept, so gradients pass and the cache can be used again.
    private readonly bool _constant;
    // [rows, capacity] bool and [rows] int64; null until a row is padded.
    private Tensor? _real;
    private Tensor? _counts;

    internal KeyValueCache(int layers, int rows, int heads, int headWidth, int capacity, ScalarType type, Device device)
    {
        (Rows, Capacity) = (rows, capacity);
        Tensor Buffer() => zeros([rows * heads, capacity, headWidth], dtype: type, device: device).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, layers).Select(_ => Buffer())];
        _values = [.. Enumerable.Range(0, layers).Select(_ => Buffer())];
    }

    private KeyValueCache(IReadOnlyList<(Tensor Keys, Tensor Values)> layers, int rows, Tensor? real)
    {
        (_constant, Rows, Capacity, Length) = (true, rows, int.MaxValue, (int)layers[0].Keys.shape[1]);
        _keys = [.. layers.Select(l => l.Keys.DetachFromDisposeScope())];
        _values = [.. layers.Select(l => l.Values.DetachFromDisposeScope())];
        if (real is null) return;
        _real = real.DetachFromDisposeScope();
        _counts = real.sum(1, type: ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>The batch size.</summary>
    public int Rows { get; }

    /// <summary>Columns there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Columns used, padding included; the same for every row.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// A beginning that was computed before and stays as it is: a pass reads it, follows it, and leaves nothing behind, so that it can be trained through and used again.
    /// </summary>
    /// <param name="layers">By layer, keys and values [rows · key heads, columns, head width]; the cache owns them from now on.</param>
    /// <param name="rows">The batch size.</param>
    /// <param name="real">[rows, columns] bool, false where a row is padded; null for nowhere. The cache owns it.</param>
    public static KeyValueCache After(IReadOnlyList<(Tensor Keys, Tensor Values)> layers, int rows, Tensor? real) => new(layers, rows, real);

    /// <summary>Keys and values of one layer so far, [rows · key heads, <see cref="Length"/>, head width]: views of the buffers.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer) => (_keys[layer].narrow(1, 0, Length), _values[layer].narrow(1, 0, Length));

    /// <summary>Forgets everything after the first <paramref name="length"/> columns, so that a common beginning is computed once.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        if (_real is not null)
        {
            using var scope = NewDisposeScope();
            _counts!.copy_(_real.narrow(1, 0, length).sum(1, type: ScalarType.Int64));
        }
        Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _keys.Concat(_values)) buffer.Dispose();
        _real?.Dispose();
        _counts?.Dispose();
    }

    // Takes note of the columns of one pass: their position ids (null when no row was ever padded) and which of all columns are real.
    internal (Tensor? Positions, Tensor? Seen) Admit(Tensor? real, int length)
    {
        if (real is null && _real is null) return (null, null);
        if (_constant)
        {
            var following = real ?? ones([Rows, length], dtype: ScalarType.Bool, device: _keys[0].device);
            var counts = _counts ?? full([Rows], Length, dtype: ScalarType.Int64, device: _keys[0].device);
            var past = _real ?? ones([Rows, Length], dtype: ScalarType.Bool, device: _keys[0].device);
            return (Batch.Count(following, counts), cat([past, following], 1));
        }
        if (_real is null)
        {
            _real = ones([Rows, Capacity], dtype: ScalarType.Bool, device: _keys[0].device).DetachFromDisposeScope();
            _counts = full([Rows], Length, dtype: ScalarType.Int64, device: _keys[0].device).DetachFromDisposeScope();
        }
        var now = real ?? ones([Rows, length], dtype: ScalarType.Bool, device: _keys[0].device);
        var positions = Batch.Count(now, _counts);
        _counts!.add_(now.sum(1, type: ScalarType.Int64));
        _real.narrow(1, Length, length).copy_(now);
        return (positions, _real.narrow(1, 0, Length + length));
    }

    // Writes the keys and values [rows·heads, length, head width] of one layer and returns all of them so far.
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        if (_constant) return (cat([_keys[layer], keys], 1), cat([_values[layer], values], 1));
        var length = keys.shape[1];
        using (var slot = _keys[layer].narrow(1, Length, length)) slot.copy_(keys);
        using (var slot = _values[layer].narrow(1, Length, length)) slot.copy_(values);
        return (_keys[layer].narrow(1, 0, Length + length), _values[layer].narrow(1, 0, Length + length));
    }

    // For kernels that read the buffers in place.
    internal bool CanRead => CpuKernels.CanRead(_keys[0]);

    internal (Tensor Keys, Tensor Values, int Capacity) Buffers(int layer) => (_keys[layer], _values[layer], Capacity);

    /// <summary>[rows, capacity], one byte each, 0 for padding; empty while no row is padded.</summary>
    internal Span<byte> Seen => _real is null ? default : _real.bytes;

    internal void Advance(int length)
    {
        if (!_constant) Length += length;
    }
}
