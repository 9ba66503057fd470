using System.Security.Cryptography;
using System.Text.Json;
using MindBridge.Artifacts;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Checkpoints;

/// <summary>
/// The one file a killed training continues from: progress as JSON, named tensors, the optimizer's own bytes, and a SHA-256 over all of it.
/// It is replaced in one rename, so at any moment there is a whole one or none.
/// </summary>
/// <typeparam name="TState">What the trainer must remember besides tensors: step, best score, curve.</typeparam>
internal sealed class Checkpoint<TState>(string path, string fingerprint)
{
    private const string Magic = "mindbridge-checkpoint-1";
    private const int HashSize = 32;

    public string Path { get; } = path;

    /// <summary>Writes the checkpoint; the last one stays until this one is safe on the disk.</summary>
    public void Write(TState state, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, Action<BinaryWriter> optimizer)
    {
        DurableFile.Write(Path, file =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (var buffered = new BufferedStream(new HashingStream(file, hash), 1 << 20))
            using (var writer = new BinaryWriter(buffered))
            {
                writer.Write(Magic);
                writer.Write(fingerprint);
                writer.Write(JsonSerializer.Serialize(state, CanonicalJson.Options));
                writer.Write(tensors.Count);
                foreach (var (name, tensor) in tensors) WriteTensor(writer, name, tensor);
                optimizer(writer);
            }

            file.Write(hash.GetHashAndReset());
        });
    }

    /// <summary>
    /// Reads the checkpoint back into the given tensors. False when there is none to continue from; then <paramref name="ignored"/> says why a
    /// file that is there was left aside (null when there is simply no file) and nothing was changed.
    /// </summary>
    public bool TryRead(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, Action<BinaryReader> optimizer, out TState state, out string? ignored)
    {
        (state, ignored) = (default!, null);
        if (!File.Exists(Path)) return false;
        ignored = Defect();
        if (ignored is not null) return false;
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(Path), 1 << 20));
        reader.ReadString();
        reader.ReadString();
        state = JsonSerializer.Deserialize<TState>(reader.ReadString(), CanonicalJson.Options)!;
        var count = reader.ReadInt32();
        if (count != tensors.Count) throw new InvalidDataException($"{Path}: it holds {count} tensors, expected {tensors.Count}; delete the file to start over");
        using var frozen = no_grad();
        foreach (var (name, tensor) in tensors) ReadTensor(reader, name, tensor);
        optimizer(reader);
        return true;
    }

    /// <summary>Removes the checkpoint once the artifact it led to is safe.</summary>
    public void Delete() => File.Delete(Path);

    private string? Defect()
    {
        try
        {
            using var file = File.OpenRead(Path);
            if (file.Length <= HashSize) return $"{Path}: the checkpoint is cut short; starting from the beginning";
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 20];
            for (var left = file.Length - HashSize; left > 0;)
            {
                var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0) break;
                hash.AppendData(buffer, 0, read);
                left -= read;
            }

            var expected = new byte[HashSize];
            file.ReadExactly(expected);
            if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected)) return $"{Path}: the checkpoint is damaged or no checkpoint; starting from the beginning";
            file.Position = 0;
            using var reader = new BinaryReader(file);
            if (reader.ReadString() != Magic) return $"{Path}: the checkpoint is of another version; starting from the beginning";
            return reader.ReadString() == fingerprint ? null : $"{Path}: the checkpoint belongs to other settings or inputs; starting from the beginning";
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return $"{Path}: the checkpoint cannot be read ({e.Message}); starting from the beginning";
        }
    }

    private static void WriteTensor(BinaryWriter writer, string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        writer.Write(name);
        writer.Write(flat.shape[0]);
        if (flat.shape[0] > 0) writer.Write(flat.bytes);
    }

    private void ReadTensor(BinaryReader reader, string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var (found, count) = (reader.ReadString(), reader.ReadInt64());
        if (found != name || count != tensor.numel())
            throw new InvalidDataException($"{Path}: expected the tensor {name} of {tensor.numel()} values, found {found} of {count}; delete the file to start over");
        if (count == 0) return;
        var here = empty(tensor.shape, dtype: tensor.dtype);
        reader.BaseStream.ReadExactly(here.view(-1).bytes);
        tensor.copy_(here);
    }

    private sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }
    }
}
