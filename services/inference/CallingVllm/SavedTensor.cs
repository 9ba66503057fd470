using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace MindBridge.Inference.CallingVllm;

/// <summary>
/// A tensor as Python's <c>torch.save</c> writes it: an archive with the values and a pickle that says what they are. Only written here, never read: who unpickles runs a program. Its names are
/// among the few that <c>torch.load</c> admits with <c>weights_only</c>.
/// </summary>
internal static class SavedTensor
{
    // Of the pickle's instructions, protocol 2.
    private const byte Global = (byte)'c', Mark = (byte)'(', Text = (byte)'X', Number = (byte)'J', Tuple = (byte)'t', Pair = 0x86, EmptyTuple = (byte)')', False = 0x89, Persistent = (byte)'Q', Call = (byte)'R', Stop = (byte)'.';

    /// <summary>The file's bytes.</summary>
    /// <param name="tensor">[rows, columns], float32.</param>
    public static byte[] Of(Tensor tensor)
    {
        if (tensor.dtype is not ScalarType.Float32 || tensor.shape.Length != 2) throw new ArgumentException($"the tensor is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; give float32 [rows, columns]");
        using var here = tensor.cpu().contiguous();
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "data.pkl", Pickle(checked((int)tensor.shape[0]), checked((int)tensor.shape[1])));
            Add(archive, "byteorder", BitConverter.IsLittleEndian ? "little"u8 : "big"u8);
            Add(archive, "data/0", here.bytes);
            Add(archive, "version", "3\n"u8);
        }

        return file.ToArray();
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        // One folder holds everything, and nothing is compressed: so PyTorch has it.
        using var entry = archive.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }

    // _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
    private static byte[] Pickle(int rows, int columns)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]);
        Name("torch._utils", "_rebuild_tensor_v2");
        pickle.WriteByte(Mark);
        pickle.WriteByte(Mark);
        String("storage");
        Name("torch", "FloatStorage");
        String("0");
        String("cpu");
        Whole(checked(rows * columns));
        pickle.Write([Tuple, Persistent]);
        Whole(0);
        Whole(rows);
        Whole(columns);
        pickle.WriteByte(Pair);
        Whole(columns);
        Whole(1);
        pickle.Write([Pair, False]);
        Name("collections", "OrderedDict");
        pickle.Write([EmptyTuple, Call, Tuple, Call, Stop]);
        return pickle.ToArray();

        void Name(string module, string name)
        {
            pickle.WriteByte(Global);
            pickle.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
        }

        void String(string text)
        {
            pickle.WriteByte(Text);
            Four(text.Length);
            pickle.Write(Encoding.ASCII.GetBytes(text));
        }

        void Whole(int number)
        {
            pickle.WriteByte(Number);
            Four(number);
        }

        void Four(int number)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            pickle.Write(bytes);
        }
    }
}
