using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Texts;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers;

/// <summary>From places in a word to places in the user's text.</summary>
internal static class PieceSpans
{
    public static void Add(string original, Word word, EncodedWord encoded, bool bytes, int number, List<(int Id, int Start, int End, int Word)> spans)
    {
        var unitOfByte = bytes ? UnitsOfBytes(word.Span) : null;
        for (var k = 0; k < encoded.Ids.Length; k++)
        {
            // First and last unit of the word that the piece touches.
            int first = encoded.Starts[k], last = encoded.Ends[k] - 1;
            if (unitOfByte is not null) (first, last) = (unitOfByte[first], unitOfByte[last]);
            int start = word.Text.StartOf(word.Start + first), end = start;
            for (var i = first; i <= last; i++)
            {
                start = Math.Min(start, word.Text.StartOf(word.Start + i));
                end = Math.Max(end, word.Text.EndOf(word.Start + i));
            }

            // Never half a pair.
            if (start > 0 && start < original.Length && char.IsLowSurrogate(original[start])) start--;
            if (end > 0 && end < original.Length && char.IsLowSurrogate(original[end])) end++;
            (start, end) = Trim(original, start, end);
            // A mark that was moved by normalization must not make starts go backwards.
            if (spans.Count > 0 && start < spans[^1].Start) start = spans[^1].Start;
            spans.Add((encoded.Ids[k], start, Math.Max(start, end), number));
        }
    }

    /// <summary>White space off both ends, unless there is nothing else.</summary>
    private static (int Start, int End) Trim(string text, int start, int end)
    {
        int from = start, to = end;
        while (from < to && char.IsWhiteSpace(text[from])) from++;
        while (to > from && char.IsWhiteSpace(text[to - 1])) to--;
        return from == to ? (start, end) : (from, to);
    }

    /// <summary>For every UTF-8 byte of the word, the unit it belongs to (the first of a pair).</summary>
    private static int[] UnitsOfBytes(ReadOnlySpan<char> word)
    {
        var units = new List<int>(word.Length * 2);
        for (var i = 0; i < word.Length; i++)
        {
            var c = word[i];
            var pair = char.IsHighSurrogate(c) && i + 1 < word.Length;
            var count = pair ? 4 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            for (var b = 0; b < count; b++) units.Add(i);
            if (pair) i++;
        }

        return [.. units];
    }
}
