using System.Globalization;
using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Splitting;

/// <summary>
/// Characters of the basic plane that stand in for astral ones of the same general category before a regular expression: .NET's expressions look at UTF-16 units, to
/// which half of "𐐀" is no letter.
/// </summary>
internal static class AstralStandIns
{
    /// <summary>An ideograph, so that <c>\p{Han}</c> and ranges over the CJK block hold for the astral ones too.</summary>
    private const char Ideograph = '\u4E00';

    /// <summary>One unit per code point; <paramref name="places"/>[i] is where the i-th stands in the text, with the text's length behind the last.</summary>
    public static string Show(ReadOnlySpan<char> text, out int[] places)
    {
        var shown = new char[text.Length];
        var found = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shown[found.Count] = For(char.ConvertToUtf32(c, text[i + 1]));
                found.Add(i);
                i += 2;
            }
            else
            {
                shown[found.Count] = c;
                found.Add(i++);
            }
        }

        var count = found.Count;
        found.Add(text.Length);
        places = [.. found];
        return new string(shown, 0, count);
    }

    private static char For(int codePoint)
    {
        if (CodePoints.IsIdeograph(codePoint) || codePoint is >= 0x2CEB0 and <= 0x323AF) return Ideograph;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter => '\uA722',
            UnicodeCategory.LowercaseLetter => '\uA723',
            UnicodeCategory.TitlecaseLetter => '\u01C5',
            UnicodeCategory.ModifierLetter => '\uA788',
            UnicodeCategory.OtherLetter => '\uA7F7',
            UnicodeCategory.NonSpacingMark => '\u20D0',
            UnicodeCategory.SpacingCombiningMark => '\u0903',
            UnicodeCategory.EnclosingMark => '\u20DD',
            UnicodeCategory.DecimalDigitNumber => '\u0660',
            UnicodeCategory.LetterNumber => '\u16EE',
            UnicodeCategory.OtherNumber => '\u2460',
            UnicodeCategory.ConnectorPunctuation => '\u203F',
            UnicodeCategory.DashPunctuation => '\u2010',
            UnicodeCategory.OpenPunctuation => '\u2045',
            UnicodeCategory.ClosePunctuation => '\u2046',
            UnicodeCategory.InitialQuotePunctuation => '\u2E02',
            UnicodeCategory.FinalQuotePunctuation => '\u2E03',
            UnicodeCategory.OtherPunctuation => '\u2016',
            UnicodeCategory.MathSymbol => '\u2044',
            UnicodeCategory.CurrencySymbol => '\u20A0',
            UnicodeCategory.ModifierSymbol => '\u02C2',
            UnicodeCategory.OtherSymbol => '\u2300',
            UnicodeCategory.Format => '\u2061',
            UnicodeCategory.PrivateUse => '\uE000',
            _ => '\uFFFE',
        };
    }
}
