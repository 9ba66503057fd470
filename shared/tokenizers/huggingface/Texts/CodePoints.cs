using System.Globalization;
using System.Text;

namespace MindBridge.Tokenizers.Texts;

/// <summary>What the tokenizers of Hugging Face ask of a code point (their <c>char::is_whitespace</c>, <c>is_punctuation</c>, <c>\w</c> and so on).</summary>
internal static class CodePoints
{
    /// <summary>The code point at <paramref name="i"/>; a lone surrogate is itself.</summary>
    public static int At(string text, int i, out int length)
    {
        var c = text[i];
        if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[i + 1]);
        }

        length = 1;
        return c;
    }

    /// <summary>The text with every lone surrogate replaced by U+FFFD: as long as before, so offsets stay.</summary>
    public static string Sanitize(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }

            return string.Create(text.Length, text, static (to, from) =>
            {
                from.CopyTo(to);
                for (var k = 0; k < to.Length; k++)
                {
                    if (!char.IsSurrogate(to[k])) continue;
                    if (char.IsHighSurrogate(to[k]) && k + 1 < to.Length && char.IsLowSurrogate(to[k + 1])) k++;
                    else to[k] = '\uFFFD';
                }
            });
        }

        return text;
    }

    /// <summary>Unicode's White_Space property.</summary>
    public static bool IsWhiteSpace(int c) => c < 0x10000 && char.IsWhiteSpace((char)c);

    /// <summary>ASCII punctuation and symbols, and every category P.</summary>
    public static bool IsPunctuation(int c)
    {
        if (c < 128) return c is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126);
        return CharUnicodeInfo.GetUnicodeCategory(c) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
    }

    /// <summary>Category N.</summary>
    public static bool IsNumeric(int c)
        => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>What <c>\w</c> matches in Unicode-aware expressions: letters, marks, digits, connectors and joiners.</summary>
    public static bool IsWord(int c)
    {
        if (c < 128) return char.IsAsciiLetterOrDigit((char)c) || c == '_';
        if (c is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189)) return true;
        return CharUnicodeInfo.GetUnicodeCategory(c) is <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
    }

    /// <summary>BERT's CJK ideographs, which become words of their own (kana and Hangul do not).</summary>
    public static bool IsIdeograph(int c)
        => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>The simple lower case of a code point, the same under every culture.</summary>
    public static int ToLower(int c)
    {
        if (c < 128) return c is >= 'A' and <= 'Z' ? c + 32 : c;
        return c is >= 0xD800 and <= 0xDFFF ? c : Rune.ToLowerInvariant(new Rune(c)).Value;
    }
}
