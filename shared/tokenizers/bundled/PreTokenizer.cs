using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Cuts a text into words, each a pair of offset and length.</summary>
public abstract partial class PreTokenizer
{
    /// <summary>The words of the text.</summary>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    /// <summary>The words of the text.</summary>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);

    /// <summary>Words are runs of letters, digits and underscores, or runs of anything else that is not white space.</summary>
    public static PreTokenizer CreateWordOrNonWord(IReadOnlyDictionary<string, int>? specialTokens = null) => new RegexPreTokenizer(WordOrNonWord(), specialTokens);

    /// <summary>Words are what white space separates.</summary>
    public static PreTokenizer CreateWhiteSpace(IReadOnlyDictionary<string, int>? specialTokens = null) => new RegexPreTokenizer(NonSpace(), specialTokens);

    [GeneratedRegex(@"\w+|[^\w\s]+")]
    private static partial Regex WordOrNonWord();

    [GeneratedRegex(@"\S+")]
    private static partial Regex NonSpace();
}

/// <summary>Words are the matches of a regular expression; special tokens are kept whole.</summary>
public sealed class RegexPreTokenizer : PreTokenizer
{
    private readonly Regex regex;
    private readonly Regex? special;

    /// <summary>Words are the matches of <paramref name="regex"/> between the special tokens.</summary>
    /// <exception cref="ArgumentNullException">The expression is null.</exception>
    public RegexPreTokenizer(Regex regex, IReadOnlyDictionary<string, int>? specialTokens)
    {
        ArgumentNullException.ThrowIfNull(regex);
        this.regex = regex;
        if (specialTokens is { Count: > 0 })
            special = new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape)), RegexOptions.CultureInvariant);
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        var words = new List<(int, int)>();
        if (string.IsNullOrEmpty(text)) return words;
        var from = 0;
        if (special is not null)
        {
            foreach (var hit in special.EnumerateMatches(text))
            {
                Words(text, from, hit.Index, words);
                words.Add((hit.Index, hit.Length));
                from = hit.Index + hit.Length;
            }
        }

        Words(text, from, text.Length, words);
        return words;
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    private void Words(string text, int from, int to, List<(int, int)> words)
    {
        foreach (var match in regex.EnumerateMatches(text.AsSpan(from, to - from)))
        {
            if (match.Length > 0) words.Add((from + match.Index, match.Length));
        }
    }
}

/// <summary>The words of GPT-2 and RoBERTa: a word carries the space before it.</summary>
public sealed partial class RobertaPreTokenizer : PreTokenizer
{
    private static readonly RegexPreTokenizer Words = new(Pattern(), null);

    /// <summary>The one instance.</summary>
    public static RobertaPreTokenizer Instance { get; } = new();

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Words.PreTokenize(text);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Words.PreTokenize(text);

    [GeneratedRegex(@"'(?:[sdmt]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Pattern();
}
