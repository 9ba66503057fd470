using System.Text;

namespace MindBridge.Tokenizers.Tests;

/// <summary>Writes a SentencePiece model by the published protobuf layout, byte by byte, so that reading is checked against something else than our own writing.</summary>
internal static class SentencePieceFile
{
    public static byte[] Write(bool bpe, params string[] pieces)
    {
        var file = new List<byte>();
        Piece("<unk>", 0, 2);
        Piece("<s>", 0, 3);
        Piece("</s>", 0, 3);
        for (var b = 0; b < 256; b++) Piece($"<0x{b:X2}>", 0, 6);
        for (var k = 0; k < pieces.Length; k++) Piece(pieces[k], -k, 1);
        // trainer_spec: model_type, byte_fallback; normalizer_spec: "identity", add_dummy_prefix, no remove_extra_whitespaces.
        Message(2, [0x18, (byte)(bpe ? 2 : 1), 0x98, 0x02, 1]);
        Message(3, [0x0A, 8, .. "identity"u8, 0x18, 1, 0x20, 0]);
        return [.. file];

        void Piece(string text, float score, byte type)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Message(1, [0x0A, (byte)bytes.Length, .. bytes, 0x15, .. BitConverter.GetBytes(score), 0x18, type]);
        }

        void Message(int field, byte[] content)
        {
            file.Add((byte)((field << 3) | 2));
            file.Add((byte)content.Length);
            file.AddRange(content);
        }
    }
}
