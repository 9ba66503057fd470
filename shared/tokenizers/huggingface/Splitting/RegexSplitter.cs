using System.Text.RegularExpressions;

namespace MindBridge.Tokenizers.Splitting;

/// <summary>
/// Delimiters are the matches of an expression. The expression sees one UTF-16 unit per code point: an astral character is shown to it as a character of the
/// basic plane of the same category (<see cref="AstralStandIns"/>), so that <c>\p{L}</c>, <c>\s</c> and <c>.</c> mean what they mean to Hugging Face.
/// </summary>
internal sealed class RegexSplitter(Regex pattern, Delimiters rule, bool invert) : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        var pieces = new Pieces(word, rule, into);
        var span = word.Span;
        if (span.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            var from = 0;
            foreach (var match in pattern.EnumerateMatches(span))
            {
                pieces.Add(from, match.Index, invert);
                pieces.Add(match.Index, match.Index + match.Length, !invert);
                from = match.Index + match.Length;
            }

            pieces.Add(from, span.Length, invert);
        }
        else
        {
            var shown = AstralStandIns.Show(span, out var places);
            var from = 0;
            foreach (var match in pattern.EnumerateMatches(shown))
            {
                pieces.Add(places[from], places[match.Index], invert);
                pieces.Add(places[match.Index], places[match.Index + match.Length], !invert);
                from = match.Index + match.Length;
            }

            pieces.Add(places[from], span.Length, invert);
        }

        pieces.Flush();
    }
}

/// <summary>The words of a byte-level model: GPT-2's pattern unless another splitter has cut already, and perhaps a space put before the first.</summary>
internal sealed class ByteLevelSplitter(bool addPrefixSpace, bool useRegex) : Splitter
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private readonly RegexSplitter? words = useRegex ? new RegexSplitter(SplitPattern.Compile(Gpt2), Delimiters.Isolated, invert: false) : null;

    public override void Split(Word word, List<Word> into)
    {
        if (addPrefixSpace && word.Span[0] != ' ')
        {
            var prefixed = word.Text.Slice(word.Start, word.Length).Prepend(" ");
            word = new Word(prefixed, 0, prefixed.Length);
        }

        if (words is null) into.Add(word);
        else words.Split(word, into);
    }
}
