using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// Byte pair encoding: a word begins as single characters; of all neighbours that may merge, the pair that stands first in the
/// list of merges merges first, the leftmost where it stands several times, until none is left.
/// </summary>
public sealed class BpeTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookUp;
    private readonly Dictionary<int, string> tokens = [];
    private readonly MergeTable merges;
    private readonly PreTokenizer preTokenizer;
    private readonly Normalizer? normalizer;
    private readonly int? unknown;

    private BpeTokenizer(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> pairs, PreTokenizer? preTokenizer, Normalizer? normalizer,
        IReadOnlyDictionary<string, int>? specialTokens, string? unknownToken, string? continuingSubwordPrefix, string? endOfWordSuffix, bool fuseUnknownTokens)
    {
        this.vocabulary = vocabulary;
        this.preTokenizer = preTokenizer ?? PreTokenizer.CreateWordOrNonWord(specialTokens);
        this.normalizer = normalizer;
        lookUp = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (token, id) in vocabulary) tokens.Add(id, token);
        SpecialTokens = specialTokens;
        UnknownToken = unknownToken;
        ContinuingSubwordPrefix = continuingSubwordPrefix;
        EndOfWordSuffix = endOfWordSuffix;
        FuseUnknownTokens = fuseUnknownTokens;
        if (unknownToken is not null) unknown = Id(unknownToken, "Unknown Token");
        var prefix = continuingSubwordPrefix?.Length ?? 0;
        merges = new MergeTable(pairs.Count);
        for (var rank = 0; rank < pairs.Count; rank++)
        {
            var (left, right) = pairs[rank];
            merges.Add(Id(left, "Merge"), Id(right, "Merge"), rank, Id(left + right[Math.Min(prefix, right.Length)..], "Merge"));
        }
    }

    /// <summary>Tokens kept whole, with their ids.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    /// <summary>The token of a character that is not in the vocabulary; such characters are left out where null.</summary>
    public string? UnknownToken { get; }

    /// <summary>Marks a symbol that does not begin a word.</summary>
    public string? ContinuingSubwordPrefix { get; }

    /// <summary>Marks the symbol that ends a word.</summary>
    public string? EndOfWordSuffix { get; }

    /// <summary>Whether neighbouring unknown characters make one token.</summary>
    public bool FuseUnknownTokens { get; }

    /// <summary>Every token and its id.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <inheritdoc/>
    public override PreTokenizer? PreTokenizer => preTokenizer;

    /// <inheritdoc/>
    public override Normalizer? Normalizer => normalizer;

    /// <summary>Reads a JSON object of tokens and ids, and a list of merges, one "left right" a line, the first merging first.</summary>
    /// <exception cref="InvalidOperationException">A merge is malformed or names a token outside the vocabulary.</exception>
    /// <exception cref="JsonException">The vocabulary is not a JSON object of numbers.</exception>
    public static BpeTokenizer Create(Stream vocabStream, Stream? mergesStream) => Create(vocabStream, mergesStream, null);

    /// <inheritdoc cref="Create(Stream, Stream?)"/>
    public static BpeTokenizer Create(Stream vocabStream, Stream? mergesStream, PreTokenizer? preTokenizer = null, Normalizer? normalizer = null,
        IReadOnlyDictionary<string, int>? specialTokens = null, string? unknownToken = null, string? continuingSubwordPrefix = null, string? endOfWordSuffix = null, bool fuseUnknownTokens = false)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        var ids = JsonSerializer.Deserialize<Dictionary<string, int>>(vocabStream) ?? throw new JsonException("The vocabulary is null.");
        var pairs = mergesStream is null ? [] : ReadMerges(mergesStream);
        return new BpeTokenizer(ids, pairs, preTokenizer, normalizer, specialTokens, unknownToken, continuingSubwordPrefix, endOfWordSuffix, fuseUnknownTokens);
    }

    /// <inheritdoc cref="Create(Stream, Stream?)"/>
    public static BpeTokenizer Create(string vocabFile, string? mergesFile)
    {
        using var vocabStream = File.OpenRead(vocabFile);
        using var mergesStream = mergesFile is null ? null : File.OpenRead(mergesFile);
        return Create(vocabStream, mergesStream);
    }

    /// <summary>The tokens joined as the vocabulary spells them.</summary>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if (tokens.TryGetValue(id, out var token)) text.Append(token);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        var ids = new List<int>();
        var normalized = Run(text, textSpan, settings, ids, null, out var consumed);
        if (ids.Count > settings.MaxTokenCount) ids.RemoveRange(settings.MaxTokenCount, ids.Count - settings.MaxTokenCount);
        return new EncodeResults<int> { Tokens = ids, NormalizedText = normalized, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var found = new List<EncodedToken>();
        var normalized = Run(text, textSpan, settings, null, found, out var consumed);
        return new EncodeResults<EncodedToken> { Tokens = found, NormalizedText = normalized, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) => EncodeToIds(text, textSpan, settings).Tokens.Count;

    private static List<(string, string)> ReadMerges(Stream stream)
    {
        var pairs = new List<(string, string)>();
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal)) continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
                throw new InvalidOperationException($"Invalid merger file format at line: {number}");
            pairs.Add((line[..space], line[(space + 1)..]));
        }

        return pairs;
    }

    private int Id(string token, string what)
        => vocabulary.TryGetValue(token, out var id) ? id : throw new InvalidOperationException($"{what} '{token}' is not in the vocabulary.");

    private string? Run(string? text, ReadOnlySpan<char> span, EncodeSettings settings, List<int>? ids, List<EncodedToken>? found, out int consumed)
    {
        string? normalized = null;
        if (text is not null) span = text;
        if (settings.ConsiderNormalization && normalizer is not null)
        {
            normalized = normalizer.Normalize(span);
            span = normalized;
        }

        consumed = span.Length;
        var symbols = new SymbolList();
        if (!settings.ConsiderPreTokenization)
        {
            Merge(span, 0, symbols, ids, found);
            return normalized;
        }

        foreach (var (offset, length) in preTokenizer.PreTokenize(span)) Merge(span.Slice(offset, length), offset, symbols, ids, found);
        return normalized;
    }

    private void Merge(ReadOnlySpan<char> word, int offset, SymbolList symbols, List<int>? ids, List<EncodedToken>? found)
    {
        if (word.IsEmpty) return;
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(word.ToString(), out var special))
        {
            ids?.Add(special);
            found?.Add(new EncodedToken(special, word.ToString(), new Range(offset, offset + word.Length)));
            return;
        }

        symbols.Clear();
        var fusing = false;
        for (var i = 0; i < word.Length;)
        {
            var length = char.IsHighSurrogate(word[i]) && i + 1 < word.Length && char.IsLowSurrogate(word[i + 1]) ? 2 : 1;
            if (TryGetSymbol(word.Slice(i, length), i == 0, i + length == word.Length, out var id))
            {
                symbols.Add(id, i, length);
                fusing = false;
            }
            else if (unknown is { } unk)
            {
                if (fusing && FuseUnknownTokens) symbols.ExtendLast(length);
                else symbols.Add(unk, i, length);
                fusing = true;
            }

            i += length;
        }

        merges.Apply(symbols);
        for (var i = symbols.First; i >= 0; i = symbols.Next(i))
        {
            ids?.Add(symbols.Id(i));
            found?.Add(new EncodedToken(symbols.Id(i), tokens[symbols.Id(i)], new Range(offset + symbols.Start(i), offset + symbols.End(i))));
        }
    }

    private bool TryGetSymbol(ReadOnlySpan<char> symbol, bool first, bool last, out int id)
    {
        if ((first || ContinuingSubwordPrefix is null) && (!last || EndOfWordSuffix is null)) return lookUp.TryGetValue(symbol, out id);
        return vocabulary.TryGetValue((first ? "" : ContinuingSubwordPrefix) + symbol.ToString() + (last ? EndOfWordSuffix : ""), out id);
    }
}
