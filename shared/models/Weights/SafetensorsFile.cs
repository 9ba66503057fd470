using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// A safetensors file, memory-mapped: the header is parsed and every size, offset and name is checked when it is opened, before any
/// tensor is read. A malformed file throws <see cref="InvalidDataException"/> and allocates no more than its header.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    // The format's own limit; a header that claims more is an attack or garbage.
    private const long LongestHeader = 100_000_000;
    private const int ChunkBytes = 1 << 30;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private byte* _data;

    private SafetensorsFile(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        (_file, _view) = (file, view);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
        try
        {
            _data = start + ReadHeader(start, length);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The path given to <see cref="Safetensors.Open"/>.</summary>
    public string Path { get; }

    /// <summary>Names of the tensors, in the order of the header.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The header's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Whether the file holds <paramref name="name"/>.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The shape of <paramref name="name"/>; empty for a scalar.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <summary>The element type of <paramref name="name"/> as stored.</summary>
    public ScalarType Type(string name) => Find(name).Type;

    /// <summary>The size of <paramref name="name"/> in bytes.</summary>
    public long Bytes(string name) => Find(name).Length;

    /// <summary>A fresh tensor with the content of <paramref name="name"/>, on the CPU, in the type it is stored in.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var tensor = empty(entry.Shape, dtype: entry.Type);
        CopyTo(entry, tensor);
        return tensor;
    }

    /// <summary>Copies <paramref name="name"/> into <paramref name="destination"/> of the same number of elements, converting its type.</summary>
    public void ReadInto(string name, Tensor destination)
    {
        var entry = Find(name);
        if (destination.dtype == entry.Type && destination.device_type == TorchSharp.DeviceType.CPU && destination.is_contiguous())
        {
            CopyTo(entry, destination);
            return;
        }
        using var read = Read(name);
        using var shaped = read.view(destination.shape);
        destination.copy_(shaped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_data is not null || !_view.SafeMemoryMappedViewHandle.IsClosed)
        {
            _data = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    internal static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file", path);
        var length = new FileInfo(path).Length;
        if (length < 8) throw new InvalidDataException($"{path}: {length} bytes is too short for a safetensors file; fetch it again");
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new SafetensorsFile(path, file, view, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private Entry Find(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new InvalidDataException($"{System.IO.Path.GetFileName(Path)}: tensor \"{name}\" is missing");

    private void CopyTo(Entry entry, Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        if (entry.Length <= ChunkBytes)
        {
            new ReadOnlySpan<byte>(_data + entry.Start, (int)entry.Length).CopyTo(tensor.bytes);
            return;
        }
        // A span ends at 2 GiB: larger tensors are copied piece by piece.
        using var flat = tensor.view(-1);
        var size = entry.Length / flat.shape[0];
        for (long at = 0; at < entry.Length; at += ChunkBytes)
        {
            var length = Math.Min(ChunkBytes, entry.Length - at);
            using var piece = flat.narrow(0, at / size, length / size);
            new ReadOnlySpan<byte>(_data + entry.Start + at, (int)length).CopyTo(piece.bytes);
        }
    }

    private long ReadHeader(byte* start, long length)
    {
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
        if (headerLength > LongestHeader || (long)headerLength > length - 8)
            throw Bad($"its header claims {headerLength} bytes of {length}; the file is truncated or no safetensors file");
        var json = new byte[headerLength];
        new ReadOnlySpan<byte>(start + 8, json.Length).CopyTo(json);
        JsonDocument header;
        try
        {
            header = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException e)
        {
            throw Bad($"its header is not readable JSON ({e.Message})");
        }
        using (header)
        {
            var data = length - 8 - (long)headerLength;
            if (header.RootElement.ValueKind != JsonValueKind.Object) throw Bad("its header is not a JSON object");
            foreach (var property in Properties(header.RootElement))
            {
                if (property.NameEquals("__metadata__")) ReadMetadata(property.Value);
                else if (!_entries.TryAdd(property.Name, ReadEntry(property.Name, property.Value, data)))
                    throw Bad($"tensor \"{property.Name}\" is listed twice");
            }
            CheckCover(data);
        }
        return 8 + (long)headerLength;
    }

    private void ReadMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Bad("\"__metadata__\" is not an object");
        foreach (var property in Properties(value))
        {
            if (property.Value.ValueKind != JsonValueKind.String) throw Bad($"\"__metadata__\" entry \"{property.Name}\" is not a string");
            _metadata[property.Name] = Text(property.Value);
        }
    }

    private Entry ReadEntry(string name, JsonElement value, long data)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Bad($"tensor \"{name}\" is not described by an object");
        if (!value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String) throw Bad($"tensor \"{name}\" has no dtype");
        var (type, size) = Safetensors.TypeOf(Text(dtype)) ?? throw Bad($"tensor \"{name}\" has the unknown dtype \"{Text(dtype)}\"");
        var shape = Numbers(name, value, "shape");
        var offsets = Numbers(name, value, "data_offsets");
        if (offsets.Length != 2 || offsets[1] < offsets[0] || offsets[1] > data)
            throw Bad($"tensor \"{name}\" lies at bytes [{string.Join(", ", offsets)}] of {data}; the file is truncated or damaged");
        long elements = 1;
        try
        {
            foreach (var extent in shape) elements = checked(elements * extent);
            elements = checked(elements * size);
        }
        catch (OverflowException)
        {
            throw Bad($"tensor \"{name}\" has the impossible shape [{string.Join(", ", shape)}]");
        }
        if (elements != offsets[1] - offsets[0])
            throw Bad($"tensor \"{name}\" of shape [{string.Join(", ", shape)}] needs {elements} bytes but has {offsets[1] - offsets[0]}");
        return new Entry(type, shape, offsets[0], offsets[1] - offsets[0]);
    }

    private long[] Numbers(string name, JsonElement value, string key)
    {
        if (!value.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array) throw Bad($"tensor \"{name}\" has no {key}");
        var numbers = new List<long>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
                throw Bad($"tensor \"{name}\" has {key} {list.GetRawText()[..Math.Min(80, list.GetRawText().Length)]}, which are not whole numbers from 0 up");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    // The tensors must tile the data exactly: an overlap would let one tensor alias another, a gap would hide bytes.
    private void CheckCover(long data)
    {
        long end = 0;
        foreach (var (name, entry) in _entries.OrderBy(e => e.Value.Start).ThenBy(e => e.Value.Length))
        {
            if (entry.Start < end) throw Bad($"tensor \"{name}\" overlaps the one before it");
            if (entry.Start > end) throw Bad($"there is a gap of {entry.Start - end} bytes before tensor \"{name}\"");
            end = entry.Start + entry.Length;
        }
        if (end != data) throw Bad($"{data - end} bytes follow the last tensor");
    }

    private IEnumerable<JsonProperty> Properties(JsonElement element)
    {
        using var all = element.EnumerateObject();
        while (true)
        {
            try
            {
                if (!all.MoveNext()) yield break;
                _ = all.Current.Name;
            }
            catch (InvalidOperationException)
            {
                throw Bad("its header holds a name that is not valid UTF-8");
            }
            yield return all.Current;
        }
    }

    private string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad("its header holds text that is not valid UTF-8");
        }
    }

    private InvalidDataException Bad(string what) => new($"{System.IO.Path.GetFileName(Path)}: {what}");

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ScalarType Type, long[] Shape, long Start, long Length);
}
