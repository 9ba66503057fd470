using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>How a WordPiece tokenizer reads its text.</summary>
public class WordPieceOptions
{
    /// <summary>Cuts into words; white space where null.</summary>
    public PreTokenizer? PreTokenizer { get; set; }

    /// <summary>Rewrites the text first; nothing where null.</summary>
    public Normalizer? Normalizer { get; set; }

    /// <summary>Tokens kept whole, with their ids.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; set; }

    /// <summary>The token of a word that cannot be spelled.</summary>
    public string UnknownToken { get; set; } = "[UNK]";

    /// <summary>Marks a piece that does not begin a word.</summary>
    public string ContinuingSubwordPrefix { get; set; } = "##";

    /// <summary>A longer word is unknown.</summary>
    public int MaxInputCharsPerWord { get; set; } = 100;
}

/// <summary>WordPiece: a word is spelled by the longest piece of the vocabulary that begins it, then the longest that goes on, and so on.</summary>
public class WordPieceTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> starts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> continuations;
    private readonly int longest;
    private readonly string[] tokens;
    private readonly PreTokenizer preTokenizer;
    private readonly Normalizer? normalizer;

    internal WordPieceTokenizer(Dictionary<string, int> vocabulary, string[] tokens, WordPieceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.UnknownToken);
        ArgumentNullException.ThrowIfNull(options.ContinuingSubwordPrefix);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxInputCharsPerWord);
        if (!vocabulary.TryGetValue(options.UnknownToken, out var unknown))
            throw new ArgumentException($"The unknown token '{options.UnknownToken}' is not in the vocabulary.", nameof(options));
        this.vocabulary = vocabulary;
        this.tokens = tokens;
        UnknownToken = options.UnknownToken;
        UnknownTokenId = unknown;
        ContinuingSubwordPrefix = options.ContinuingSubwordPrefix;
        MaxInputCharsPerWord = options.MaxInputCharsPerWord;
        SpecialTokens = options.SpecialTokens;
        preTokenizer = options.PreTokenizer ?? PreTokenizer.CreateWhiteSpace(options.SpecialTokens);
        normalizer = options.Normalizer;

        // Pieces that go on are kept without their prefix, so that a look-up needs no copy of the text.
        var further = new Dictionary<string, int>();
        foreach (var (token, id) in vocabulary)
        {
            longest = Math.Max(longest, token.Length);
            if (token.Length > ContinuingSubwordPrefix.Length && token.StartsWith(ContinuingSubwordPrefix, StringComparison.Ordinal))
                further[token[ContinuingSubwordPrefix.Length..]] = id;
        }

        starts = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        continuations = further.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public override PreTokenizer? PreTokenizer => preTokenizer;

    /// <inheritdoc/>
    public override Normalizer? Normalizer => normalizer;

    /// <summary>The token of a word that cannot be spelled.</summary>
    public string UnknownToken { get; }

    /// <summary>Its id.</summary>
    public int UnknownTokenId { get; }

    /// <summary>Marks a piece that does not begin a word.</summary>
    public string ContinuingSubwordPrefix { get; }

    /// <summary>A longer word is unknown.</summary>
    public int MaxInputCharsPerWord { get; }

    /// <summary>Tokens kept whole, with their ids.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    /// <summary>Reads a vocabulary of one token a line; the line's number from 0 is the id, and an empty line is an id without a token.</summary>
    /// <exception cref="ArgumentException">A token stands twice, or the unknown token is missing.</exception>
    public static WordPieceTokenizer Create(Stream vocabStream, WordPieceOptions? options = null)
    {
        var (ids, lines) = ReadVocabulary(vocabStream);
        return new WordPieceTokenizer(ids, lines, options ?? new WordPieceOptions());
    }

    /// <inheritdoc cref="Create(Stream, WordPieceOptions?)"/>
    public static WordPieceTokenizer Create(string vocabFilePath, WordPieceOptions? options = null)
    {
        using var stream = File.OpenRead(vocabFilePath);
        return Create(stream, options);
    }

    /// <summary>The pieces joined: a piece that begins a word is set off by a space.</summary>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)tokens.Length) continue;
            var token = tokens[id];
            if (token.StartsWith(ContinuingSubwordPrefix, StringComparison.Ordinal)) text.Append(token, ContinuingSubwordPrefix.Length, token.Length - ContinuingSubwordPrefix.Length);
            else text.Append(text.Length > 0 ? " " : "").Append(token);
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

    internal static (Dictionary<string, int> Vocabulary, string[] Tokens) ReadVocabulary(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var ids = new Dictionary<string, int>();
        var lines = new List<string>();
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0) ids.Add(line, lines.Count);
            lines.Add(line);
        }

        return (ids, [.. lines]);
    }

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
        if (!settings.ConsiderPreTokenization)
        {
            Spell(span, 0, ids, found);
            return normalized;
        }

        foreach (var (offset, length) in preTokenizer.PreTokenize(span)) Spell(span.Slice(offset, length), offset, ids, found);
        return normalized;
    }

    private void Spell(ReadOnlySpan<char> word, int offset, List<int>? ids, List<EncodedToken>? found)
    {
        if (word.IsEmpty) return;
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(word.ToString(), out var special))
        {
            Add(special, offset, word.Length);
            return;
        }

        var before = ids?.Count ?? found!.Count;
        for (var start = 0; start < word.Length;)
        {
            var length = word.Length > MaxInputCharsPerWord ? 0 : Math.Min(longest, word.Length - start);
            var id = 0;
            while (length > 0 && !(start == 0 ? starts : continuations).TryGetValue(word.Slice(start, length), out id)) length--;
            if (length == 0)
            {
                ids?.RemoveRange(before, ids.Count - before);
                found?.RemoveRange(before, found.Count - before);
                Add(UnknownTokenId, offset, word.Length);
                return;
            }

            Add(id, offset + start, length);
            start += length;
        }

        void Add(int id, int at, int length)
        {
            ids?.Add(id);
            found?.Add(new EncodedToken(id, id < tokens.Length ? tokens[id] : UnknownToken, new Range(at, at + length)));
        }
    }
}
