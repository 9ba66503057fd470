using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// What one forward pass needs to know besides its input: its extents, where each token stands, who may see whom. Built once a pass,
/// used by every layer. Nothing is built that is not needed: without padding there are no position ids, and a single new token needs no mask.
/// </summary>
internal sealed class Batch : IDisposable
{
    // Large enough that exp() gives exactly zero, small enough that adding scores stays finite (an infinite one would turn a row
    // that is nothing but padding into NaN, which then poisons its neighbours through 0 · NaN).
    internal const float Hidden = -1e9f;

    private readonly Tensor? _mask;
    private readonly int? _window;
    private readonly Dictionary<(int, ScalarType), Tensor> _masks = [];

    // One token of a slot's text a row.
    private Batch(SlotCache cache, int[] slots, int[] places, Tensor positions, Tensor? at, int? window)
        : this(slots.Length, 1, places.Max(), positions, null, null, at, window) => Slots = (cache, slots, places);

    // Texts one behind the other.
    private Batch(int[] starts, int longest, Tensor positions, Tensor? at, Transformer model)
        : this(starts.Length - 1, longest, 0, positions, null, null, at, model.Window) => Texts = (starts, model.Causal);

    private Batch(int rows, int length, int past, Tensor? positions, Tensor? mask, KeyValueCache? cache, Tensor? at, int? window)
    {
        (Rows, Length, Past, Positions, _mask, Cache, At, _window) = (rows, length, past, positions, mask, cache, at, window);
    }

    public int Rows { get; }

    public int Length { get; }

    /// <summary>How many tokens a row had before this pass.</summary>
    public int Past { get; }

    public int Total => Past + Length;

    /// <summary>[rows·length] int64 where padding shifts the positions; null when every row counts on from <see cref="Past"/>.</summary>
    public Tensor? Positions { get; }

    public KeyValueCache? Cache { get; }

    /// <summary>Where every row is a token of a text of its own: the texts, and by row the slot and the place in it.</summary>
    public (SlotCache Cache, int[] Slots, int[] Places)? Slots { get; }

    /// <summary>Where the rows of the stream are texts one behind the other, without padding: where each begins, and behind the last where it ends; and whether a token sees only what came before.</summary>
    public (int[] Starts, bool Causal)? Texts { get; }

    /// <summary>How far back a token sees; null for to the beginning.</summary>
    public int? Window => _window;

    /// <summary>[n] flat positions that the caller wants; null for all.</summary>
    public Tensor? At { get; }

    /// <summary>The first column that a single new token of an unpadded row sees.</summary>
    public int FirstSeen => _window is { } window ? Math.Max(0, Total - window) : 0;

    /// <summary>A sliding window begins at another column in each row, because of padding.</summary>
    public bool HasUnevenWindow => _window is { } window && Positions is not null && Total > window;

    /// <summary>Rows of the flattened stream that go on after the last block's attention.</summary>
    public Tensor Choose(Tensor x, bool last) => last && At is not null ? x.index_select(0, At) : x;

    /// <summary>
    /// The additive mask for scores of shape [rows·groups, queries·length, total], where each of the <paramref name="groups"/> key heads serves
    /// <paramref name="queries"/> query heads; null when everything may be seen.
    /// </summary>
    public Tensor? Mask(int groups, int queries, ScalarType type)
    {
        if (_mask is null) return null;
        if (_masks.TryGetValue((queries, type), out var known)) return known;
        // _mask: [rows or 1, length or 1, total]
        using var scope = NewDisposeScope();
        var mask = _mask.dtype == type ? _mask : _mask.to_type(type);
        var shared = mask.shape[0] == 1;
        mask = mask.unsqueeze(1).unsqueeze(1).expand([shared ? 1 : Rows, shared ? 1 : groups, queries, Length, Total]);
        // Layers ask in scopes of their own; the mask outlives those.
        return _masks[(queries, type)] = mask.reshape([shared ? 1 : Rows * groups, queries * Length, Total]).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var mask in _masks.Values) mask.Dispose();
    }

    public static Batch Of(Transformer model, Tensor embeddings, Tensor? mask, KeyValueCache? cache, Tensor? at)
    {
        var shape = embeddings.shape;
        if (shape.Length != 3 || shape[2] != model.Width)
            throw new ArgumentException($"the embeddings have shape [{string.Join(", ", shape)}], but {model.Family} takes [batch, length, {model.Width}]");
        var (rows, length) = ((int)shape[0], (int)shape[1]);
        var past = cache?.Length ?? 0;
        if (past + length > model.MaxPositions)
            throw new ArgumentException($"the input has {past + length} tokens, but this {model.Family} model takes at most {model.MaxPositions}; shorten it");
        if (cache is not null && (cache.Rows != rows || past + length > cache.Capacity))
            throw new ArgumentException($"a cache of {cache.Rows} x {cache.Capacity} tokens cannot take {rows} x {past + length}");

        Tensor? real = null;
        if (mask is not null)
        {
            if (mask.shape is not [var r, var s] || r != rows || s != length)
                throw new ArgumentException($"the mask has shape [{string.Join(", ", mask.shape)}], but the embeddings are [{rows}, {length}, …]");
            real = mask.dtype == ScalarType.Bool ? mask : mask.ne(0);
            // The one look at the values: most batches turn out to be unpadded, and then every later step is cheaper.
            if (real.all().ToBoolean()) real = null;
        }
        var (positions, seen) = cache is null ? (Count(real, null), real) : cache.Admit(real, length);
        return new Batch(rows, length, past, positions, Additive(model, embeddings.device, seen, length, past + length), cache, at, model.Window);
    }

    public static Batch OfSlots(Transformer model, Tensor embeddings, SlotCache cache, int[] slots, Tensor? at)
    {
        if (embeddings.shape is not [var rows, var width] || rows != slots.Length || width != model.Width || rows == 0)
            throw new ArgumentException($"the embeddings have shape [{string.Join(", ", embeddings.shape)}], but {slots.Length} rows of {model.Width} are needed");
        var places = cache.Place(slots);
        return new Batch(cache, slots, places, tensor(Array.ConvertAll(places, p => (long)p)), at, model.Window);
    }

    public static Batch OfTexts(Transformer model, Tensor embeddings, IReadOnlyList<int> lengths, Tensor at)
    {
        var starts = new int[lengths.Count + 1];
        for (var t = 0; t < lengths.Count; t++) starts[t + 1] = starts[t] + lengths[t];
        if (embeddings.shape is not [var rows, var width] || rows != starts[^1] || width != model.Width || rows == 0)
            throw new ArgumentException($"the embeddings have shape [{string.Join(", ", embeddings.shape)}], but the texts take [{starts[^1]}, {model.Width}]");
        var longest = lengths.Max();
        if (longest > model.MaxPositions)
            throw new ArgumentException($"a text has {longest} tokens, but this {model.Family} model takes at most {model.MaxPositions}; shorten it");
        var positions = new long[starts[^1]];
        for (var t = 0; t < lengths.Count; t++)
            for (var i = 0; i < lengths[t]; i++) positions[starts[t] + i] = i;
        return new Batch(starts, longest, tensor(positions), at, model);
    }

    // Position ids skip padding, so that a padded row equals the same row alone: [rows·length].
    internal static Tensor? Count(Tensor? real, Tensor? before)
    {
        if (real is null) return null;
        var counted = real.to_type(ScalarType.Int64).cumsum(1).sub(1);
        if (before is not null) counted = counted.add(before.unsqueeze(1));
        return counted.clamp(min: 0).reshape(-1);
    }

    private static Tensor? Additive(Transformer model, Device device, Tensor? seen, int length, int total)
    {
        var causal = model.Causal && (length > 1 || (model.Window is { } w && total > w));
        if (seen is null) return causal ? model.CausalMask(device, length, total) : null;
        var hidden = seen.logical_not().unsqueeze(1);
        if (causal)
        {
            var columns = arange(total, dtype: ScalarType.Int64, device: device);
            hidden = hidden.logical_or(columns.unsqueeze(0).gt(columns.narrow(0, total - length, length).unsqueeze(1)).unsqueeze(0));
        }
        if (model.Window is { } window)
        {
            // The window counts real tokens, as if the padding were not there.
            var place = seen.to_type(ScalarType.Int64).cumsum(1);
            hidden = hidden.logical_or(place.narrow(1, total - length, length).unsqueeze(2).sub(place.unsqueeze(1)).ge(window));
        }
        return zeros(hidden.shape, dtype: ScalarType.Float32, device: device).masked_fill_(hidden, Hidden);
    }
}
