using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>What of SentencePiece's ModelProto (sentencepiece_model.proto) encoding needs.</summary>
internal sealed class SentencePieceModel
{
    public const int Unknown = 2, Control = 3, Byte = 6;

    public List<(string Piece, float Score, int Type)> Pieces { get; } = [];
    public int ModelType { get; private set; } = 1;
    public bool ByteFallback { get; private set; }
    public bool AddDummyPrefix { get; private set; } = true;
    public bool RemoveExtraWhitespaces { get; private set; } = true;
    public bool EscapeWhitespaces { get; private set; } = true;
    public string NormalizerName { get; private set; } = "";
    public int UnknownId { get; private set; }
    public int BeginningId { get; private set; } = 1;
    public int EndId { get; private set; } = 2;

    public static SentencePieceModel Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var all = new MemoryStream();
        stream.CopyTo(all);
        var model = new SentencePieceModel();
        foreach (var field in Fields(all.ToArray()))
        {
            switch (field.Number)
            {
                case 1: model.ReadPiece(field.Bytes); break;
                case 2: model.ReadTrainer(field.Bytes); break;
                case 3: model.ReadNormalizer(field.Bytes); break;
            }
        }

        return model;
    }

    private static IEnumerable<(int Number, long Value, byte[] Bytes)> Fields(byte[] data)
    {
        for (var at = 0; at < data.Length;)
        {
            var tag = Varint(data, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return (number, Varint(data, ref at), []);
                    break;
                case 1:
                    Take(data, ref at, 8);
                    break;
                case 2:
                    yield return (number, 0, Take(data, ref at, Varint(data, ref at)));
                    break;
                case 5:
                    yield return (number, 0, Take(data, ref at, 4));
                    break;
                default:
                    throw new InvalidDataException($"byte {at} of the SentencePiece model is no field of a protobuf message");
            }
        }
    }

    private static byte[] Take(byte[] data, ref int at, long count)
    {
        if (count < 0 || count > data.Length - at) throw new InvalidDataException($"the SentencePiece model ends in the middle of a field (byte {at})");
        at += (int)count;
        return data[(at - (int)count)..at];
    }

    private static long Varint(byte[] data, ref int at)
    {
        long value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= data.Length) break;
            var b = data[at++];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw new InvalidDataException($"the SentencePiece model ends in the middle of a number (byte {at})");
    }

    private void ReadPiece(byte[] data)
    {
        var (piece, score, type) = ("", 0f, 1);
        foreach (var field in Fields(data))
        {
            if (field.Number == 1) piece = Encoding.UTF8.GetString(field.Bytes);
            else if (field.Number == 2) score = BinaryPrimitives.ReadSingleLittleEndian(field.Bytes);
            else if (field.Number == 3) type = (int)field.Value;
        }

        Pieces.Add((piece, score, type));
    }

    private void ReadTrainer(byte[] data)
    {
        foreach (var field in Fields(data))
        {
            if (field.Number == 3) ModelType = (int)field.Value;
            else if (field.Number == 35) ByteFallback = field.Value != 0;
            else if (field.Number == 40) UnknownId = (int)field.Value;
            else if (field.Number == 41) BeginningId = (int)field.Value;
            else if (field.Number == 42) EndId = (int)field.Value;
        }
    }

    private void ReadNormalizer(byte[] data)
    {
        foreach (var field in Fields(data))
        {
            if (field.Number == 1) NormalizerName = Encoding.UTF8.GetString(field.Bytes);
            else if (field.Number == 3) AddDummyPrefix = field.Value != 0;
            else if (field.Number == 4) RemoveExtraWhitespaces = field.Value != 0;
            else if (field.Number == 5) EscapeWhitespaces = field.Value != 0;
        }
    }
}
