using System.Globalization;
using System.Text;

namespace MindBridge.Memory.Edits;

/// <summary>
/// One spelling for texts that differ only in case, punctuation or white space: the form in which prompts are compared for conflicts, duplicates
/// and leaks, and answers for exact match.
/// </summary>
public static class NormalisedText
{
    /// <summary>
    /// Lower case; letters, digits and combining marks kept; everything else is one space between words. Signs that carry meaning stay: a minus
    /// or a decimal point in a number, and <c>+ # % &amp; @ $ € £ °</c> ("C++" is not "C"). A comma between digits vanishes (1,000 is 1000), and so does an
    /// apostrophe inside a word (O'Neill is ONeill). Full-width forms are folded to their plain ones.
    /// </summary>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new StringBuilder(text.Length);
        var gap = false;
        for (var i = 0; i < text.Length;)
        {
            // Most texts are ASCII letters, digits and spaces.
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                if (gap && folded.Length > 0) folded.Append(' ');
                gap = false;
                folded.Append(char.ToLowerInvariant(text[i++]));
                continue;
            }

            if (text[i] == ' ')
            {
                gap = true;
                i++;
                continue;
            }

            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used) != System.Buffers.OperationStatus.Done) rune = new Rune(' ');
            if (rune.Value is >= 0xFF01 and <= 0xFF5E) rune = new Rune(rune.Value - 0xFEE0);
            var (before, after) = (i > 0 ? text[i - 1] : ' ', i + used < text.Length ? text[i + used] : ' ');
            i += used;
            if (Kept(rune, before, after))
            {
                if (gap && folded.Length > 0) folded.Append(' ');
                gap = false;
                folded.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (!Vanishes(rune, before, after))
            {
                gap = true;
            }
        }

        return folded.ToString();
    }

    /// <summary>The folded words, in order.</summary>
    public static string[] Words(string text) => Fold(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True when both fold to one text; texts of nothing but punctuation are compared as they are.</summary>
    public static bool Same(string a, string b)
    {
        var (x, y) = (Fold(a), Fold(b));
        return x.Length == 0 || y.Length == 0 ? string.Equals(a.Trim(), b.Trim(), StringComparison.Ordinal) : string.Equals(x, y, StringComparison.Ordinal);
    }

    private static bool Kept(Rune rune, char before, char after)
    {
        if (Rune.IsLetterOrDigit(rune)) return true;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber) return true;
        if (rune.Value > char.MaxValue) return Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol;
        return (char)rune.Value switch
        {
            '+' or '#' or '%' or '&' or '@' or '$' or '€' or '£' or '°' => true,
            '-' or '−' => char.IsAsciiDigit(after) && !char.IsLetterOrDigit(before),
            '.' => char.IsAsciiDigit(before) && char.IsAsciiDigit(after),
            _ => false,
        };
    }

    private static bool Vanishes(Rune rune, char before, char after) => rune.Value switch
    {
        ',' => char.IsAsciiDigit(before) && char.IsAsciiDigit(after),
        '\'' or '’' => char.IsLetter(before) && char.IsLetter(after) && !(after is 's' or 'S'),
        0x200B or 0x200C or 0x200D or 0xFEFF or 0x00AD => true,
        _ => false,
    };
}
