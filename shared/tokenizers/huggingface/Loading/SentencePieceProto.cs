using System.Text;

namespace MindBridge.Tokenizers.Loading;

/// <summary>A SentencePiece model file (sentencepiece_model.proto): what we need of it, read and written.</summary>
internal sealed class SentencePieceProto
{
    public const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;

    public List<(string Piece, float Score, int Type)> Pieces { get; } = [];

    /// <summary>1 unigram, 2 BPE, 3 word, 4 char.</summary>
    public int ModelType { get; set; } = 1;

    public bool ByteFallback { get; set; }
    public string NormalizerName { get; set; } = "";
    public bool HasCharacterMap { get; set; }
    public bool AddDummyPrefix { get; set; } = true;
    public bool RemoveExtraWhitespaces { get; set; } = true;
    public bool EscapeWhitespaces { get; set; } = true;

    /// <exception cref="InvalidDataException">Not such a file, or cut off.</exception>
    public static SentencePieceProto Read(string path)
    {
        var data = File.ReadAllBytes(path);
        var model = new SentencePieceProto();
        foreach (var (number, _, at, length) in Fields(path, data, 0, data.Length))
        {
            if (number == 1) model.ReadPiece(Fields(path, data, at, length), data);
            else if (number == 2) model.ReadTrainer(Fields(path, data, at, length));
            else if (number == 3) model.ReadNormalizer(Fields(path, data, at, length), data);
        }

        return model.Pieces.Count > 0 ? model : throw new InvalidDataException($"{path}: holds no pieces, so it is no SentencePiece model; copy the file from the model again");
    }

    /// <summary>The model as a file.</summary>
    public byte[] Write()
    {
        var file = new MemoryStream();
        foreach (var (piece, score, type) in Pieces)
        {
            var message = new MemoryStream();
            Field(message, 1, Encoding.UTF8.GetBytes(piece));
            Varint(message, (2 << 3) | 5);
            message.Write(BitConverter.GetBytes(score));
            Field(message, 3, type);
            Field(file, 1, message.ToArray());
        }

        var trainer = new MemoryStream();
        Field(trainer, 3, ModelType);
        Field(trainer, 35, ByteFallback ? 1 : 0);
        Field(trainer, 40, 0);
        Field(trainer, 41, 1);
        Field(trainer, 42, 2);
        Field(file, 2, trainer.ToArray());
        var normalizer = new MemoryStream();
        Field(normalizer, 1, Encoding.UTF8.GetBytes("identity"));
        Field(normalizer, 3, AddDummyPrefix ? 1 : 0);
        Field(normalizer, 4, RemoveExtraWhitespaces ? 1 : 0);
        Field(normalizer, 5, EscapeWhitespaces ? 1 : 0);
        Field(file, 3, normalizer.ToArray());
        return file.ToArray();
    }

    private static IEnumerable<(int Number, long Value, int At, int Length)> Fields(string path, byte[] data, int from, int count)
    {
        var end = from + count;
        for (var at = from; at < end;)
        {
            var tag = Read(ref at);
            var number = (int)(tag >> 3);
            long value = 0;
            var length = 0L;
            switch (tag & 7)
            {
                case 0: value = Read(ref at); break;
                case 1: length = 8; break;
                case 2: length = Read(ref at); break;
                case 5: length = 4; break;
                default: throw Damaged(at);
            }

            if (length < 0 || length > end - at) throw Damaged(at);
            yield return (number, value, at, (int)length);
            at += (int)length;
        }

        long Read(ref int at)
        {
            long value = 0;
            for (var shift = 0; shift < 64 && at < end; shift += 7)
            {
                var b = data[at++];
                value |= (long)(b & 0x7F) << shift;
                if (b < 0x80) return value;
            }

            throw Damaged(at);
        }

        InvalidDataException Damaged(int at) => new($"{path}: byte {at} is not what a SentencePiece model has there; the file is damaged or cut off, copy it from the model again");
    }

    private static void Varint(Stream to, long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            to.WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        to.WriteByte((byte)rest);
    }

    private static void Field(Stream to, int number, long value)
    {
        Varint(to, number << 3);
        Varint(to, value);
    }

    private static void Field(Stream to, int number, byte[] value)
    {
        Varint(to, (number << 3) | 2);
        Varint(to, value.Length);
        to.Write(value);
    }

    private void ReadPiece(IEnumerable<(int Number, long Value, int At, int Length)> fields, byte[] data)
    {
        var (piece, score, type) = ("", 0f, Normal);
        foreach (var (number, value, at, length) in fields)
        {
            if (number == 1) piece = Encoding.UTF8.GetString(data, at, length);
            else if (number == 2 && length == 4) score = BitConverter.ToSingle(data, at);
            else if (number == 3) type = (int)value;
        }

        Pieces.Add((piece, score, type));
    }

    private void ReadTrainer(IEnumerable<(int Number, long Value, int At, int Length)> fields)
    {
        foreach (var (number, value, _, _) in fields)
        {
            if (number == 3) ModelType = (int)value;
            else if (number == 35) ByteFallback = value != 0;
        }
    }

    private void ReadNormalizer(IEnumerable<(int Number, long Value, int At, int Length)> fields, byte[] data)
    {
        foreach (var (number, value, at, length) in fields)
        {
            if (number == 1) NormalizerName = Encoding.UTF8.GetString(data, at, length);
            else if (number == 2) HasCharacterMap = length > 0;
            else if (number == 3) AddDummyPrefix = value != 0;
            else if (number == 4) RemoveExtraWhitespaces = value != 0;
            else if (number == 5) EscapeWhitespaces = value != 0;
        }
    }
}
