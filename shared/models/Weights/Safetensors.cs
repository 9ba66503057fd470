using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>The safetensors format: a 64-bit header length, a JSON header, then the tensors' little-endian bytes. No code is ever run.</summary>
public static class Safetensors
{
    private static readonly (string Name, ScalarType Type, int Size)[] s_types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Opens and checks <paramref name="path"/>; dispose the result to unmap it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is truncated, tampered with or no safetensors file.</exception>
    public static SafetensorsFile Open(string path) => SafetensorsFile.Open(path);

    /// <summary>
    /// Writes <paramref name="tensors"/> so that either the whole new file or the old one exists: temporary file, fsync, rename. The bytes
    /// depend only on the arguments (wider types first, so every tensor stays aligned; then by name).
    /// </summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; nothing is left behind.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var entries = tensors
            .Select(t => (Name: t.Key, Tensor: t.Value, Kind: Array.Find(s_types, k => k.Type == t.Value.dtype)))
            .OrderByDescending(t => t.Kind.Size).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        var header = Header(entries, metadata);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                file.Write(length);
                file.Write(header);
                foreach (var (_, tensor, kind) in entries) WriteData(file, tensor, kind.Size);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    internal static (ScalarType Type, int Size)? TypeOf(string name)
    {
        foreach (var type in s_types)
            if (type.Name == name) return (type.Type, type.Size);
        return null;
    }

    private static byte[] Header((string Name, Tensor Tensor, (string Name, ScalarType Type, int Size) Kind)[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long at = 0;
            foreach (var (name, tensor, kind) in entries)
            {
                if (kind.Name is null) throw new ArgumentException($"tensor \"{name}\" has type {tensor.dtype}, which safetensors cannot hold");
                json.WriteStartObject(name);
                json.WriteString("dtype", kind.Name);
                json.WriteStartArray("shape");
                foreach (var extent in tensor.shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.numel() * kind.Size);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteData(FileStream file, Tensor tensor, int size)
    {
        const long Chunk = 1 << 28;
        using var detached = tensor.detach();
        using var here = detached.cpu();
        using var dense = here.contiguous();
        using var flat = dense.view(-1);
        var count = flat.shape[0];
        for (long at = 0; at < count; at += Chunk / size)
        {
            using var piece = flat.narrow(0, at, Math.Min(Chunk / size, count - at));
            file.Write(piece.bytes);
        }
    }
}
