using System.Text;
using System.Text.RegularExpressions;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers.Decoding;

/// <summary>
/// One step from tokens back to text ("decoder" of tokenizer.json), fed token by token: it gives out what later tokens can no longer change and
/// holds the rest. Decoding a whole text runs the same steps, so a stream always adds up to it.
/// </summary>
internal abstract class DecodingStage
{
    public abstract void Push(string token, List<string> output);

    /// <summary>No token follows: whatever is held goes out.</summary>
    public virtual void Flush(List<string> output)
    {
    }
}

/// <summary>Byte-level tokens to text; a character whose bytes are not all there yet is held, bytes that are no UTF-8 become U+FFFD.</summary>
internal sealed class ByteLevelStage : DecodingStage
{
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();

    public override void Push(string token, List<string> output) => Write(Bytes(token), flush: false, output);

    public override void Flush(List<string> output) => Write([], flush: true, output);

    private static byte[] Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            // A token from outside the alphabet (an added one) is its own text.
            if (ByteAlphabet.Byte(token[i]) is not (var b and >= 0)) return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)b;
        }

        return bytes;
    }

    private void Write(byte[] bytes, bool flush, List<string> output)
    {
        var chars = new char[utf8.GetCharCount(bytes, 0, bytes.Length, flush)];
        var count = utf8.GetChars(bytes, 0, bytes.Length, chars, 0, flush);
        if (count > 0) output.Add(new string(chars, 0, count));
    }
}

/// <summary>Tokens "&lt;0xE2&gt;" to the characters their bytes spell; each byte that is no part of one becomes U+FFFD.</summary>
internal sealed class ByteFallbackStage : DecodingStage
{
    private readonly List<byte> held = [];

    public override void Push(string token, List<string> output)
    {
        if (Byte(token) is { } b)
        {
            held.Add(b);
            Drain(output, final: false);
            return;
        }

        Drain(output, final: true);
        output.Add(token);
    }

    public override void Flush(List<string> output) => Drain(output, final: true);

    internal static byte? Byte(string token)
        => token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>' && char.IsAsciiHexDigit(token[3]) && char.IsAsciiHexDigit(token[4])
            ? (byte)((Convert.ToInt32(token[3].ToString(), 16) << 4) | Convert.ToInt32(token[4].ToString(), 16))
            : null;

    private void Drain(List<string> output, bool final)
    {
        while (held.Count > 0)
        {
            var state = Rune.DecodeFromUtf8(held.ToArray(), out var rune, out var consumed);
            if (state == System.Buffers.OperationStatus.NeedMoreData && !final) return;
            if (state == System.Buffers.OperationStatus.Done)
            {
                output.Add(rune.ToString());
            }
            else
            {
                consumed = 1;
                output.Add("\uFFFD");
            }

            held.RemoveRange(0, consumed);
        }
    }
}

/// <summary>WordPiece tokens to text: a piece that goes on joins, another is set off by a space; with <paramref name="cleanup"/>, punctuation moves to its word.</summary>
internal sealed class WordPieceStage(string prefix, bool cleanup) : DecodingStage
{
    private bool begun;

    public override void Push(string token, List<string> output)
    {
        if (begun) token = prefix.Length > 0 && token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        begun = true;
        if (cleanup)
        {
            token = token.Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'").Replace(" n't", "n't")
                .Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re");
        }

        output.Add(token);
    }
}

/// <summary>Every match of a pattern becomes a fixed string.</summary>
internal sealed class ReplaceStage(Regex pattern, string content) : DecodingStage
{
    public override void Push(string token, List<string> output) => output.Add(pattern.Replace(token, content.Replace("$", "$$", StringComparison.Ordinal)));
}

/// <summary>SentencePiece's mark to a space; the one put before the first word away.</summary>
internal sealed class MetaspaceStage(char mark, bool dropFirst) : DecodingStage
{
    private bool begun;

    public override void Push(string token, List<string> output)
    {
        output.Add(!begun && dropFirst ? token.Replace(mark.ToString(), "", StringComparison.Ordinal) : token.Replace(mark, ' '));
        begun = true;
    }
}

/// <summary>Up to <paramref name="start"/> of a character off the front: of every token, or (<paramref name="whole"/>) of the whole text.</summary>
internal sealed class StripStage(char content, int start, int stop, bool whole) : DecodingStage
{
    private int taken;

    public override void Push(string token, List<string> output)
    {
        if (!whole) taken = 0;
        var from = 0;
        while (taken < start && from < token.Length && token[from] == content)
        {
            from++;
            taken++;
        }

        if (from < token.Length) taken = start;
        var to = token.Length;
        for (var k = 0; k < stop && !whole && to > from && token[to - 1] == content; k++) to--;
        output.Add(token[from..to]);
    }
}

/// <summary>GPT-1's end-of-word mark: a space, but nothing at the very end.</summary>
internal sealed class EndOfWordStage(string suffix) : DecodingStage
{
    private string? held;

    public override void Push(string token, List<string> output)
    {
        if (held is not null) output.Add(held.Replace(suffix, " ", StringComparison.Ordinal));
        held = token;
    }

    public override void Flush(List<string> output)
    {
        if (held is not null) output.Add(held.Replace(suffix, "", StringComparison.Ordinal));
        held = null;
    }
}

/// <summary>A tokenizer without a decoder: tokens with spaces between.</summary>
internal sealed class SpacedStage : DecodingStage
{
    private bool begun;

    public override void Push(string token, List<string> output)
    {
        output.Add(begun ? " " + token : token);
        begun = true;
    }
}
