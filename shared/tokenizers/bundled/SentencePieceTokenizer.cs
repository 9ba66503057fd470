using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// SentencePiece's BPE: a text begins as single characters; of all neighbours that make a piece of the vocabulary, the pair whose piece has the best score merges first,
/// the leftmost of equals. A character outside the vocabulary becomes its UTF-8 bytes' pieces where the model has them.
/// </summary>
public class SentencePieceTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> ids = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> mergeable;
    private readonly SentencePieceModel model;
    private readonly int[] bytes = new int[256];
    private readonly Normalizer normalizer;

    internal SentencePieceTokenizer(SentencePieceModel model, bool addBeginningOfSentence, bool addEndOfSentence, IReadOnlyDictionary<string, int>? specialTokens)
    {
        this.model = model;
        var plain = new Dictionary<string, int>();
        Array.Fill(bytes, -1);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (piece, _, type) = model.Pieces[id];
            ids.Add(piece, id);
            if (type == SentencePieceModel.Byte && piece.Length == 6) bytes[Convert.ToInt32(piece[3..5], 16)] = id;
            else if (type is not (SentencePieceModel.Control or SentencePieceModel.Unknown)) plain.Add(piece, id);
        }

        mergeable = plain.GetAlternateLookup<ReadOnlySpan<char>>();
        AddBeginningOfSentence = addBeginningOfSentence;
        AddEndOfSentence = addEndOfSentence;
        SpecialTokens = specialTokens;
        normalizer = new Spaces(model);
    }

    /// <summary>Whether encoding begins with the beginning-of-sentence token.</summary>
    public bool AddBeginningOfSentence { get; }

    /// <summary>Whether encoding ends with the end-of-sentence token.</summary>
    public bool AddEndOfSentence { get; }

    /// <summary>The id of the beginning-of-sentence token.</summary>
    public int BeginningOfSentenceId => model.BeginningId;

    /// <summary>The id of the end-of-sentence token.</summary>
    public int EndOfSentenceId => model.EndId;

    /// <summary>The id of what cannot be spelled.</summary>
    public int UnknownId => model.UnknownId;

    /// <summary>Whether characters outside the vocabulary become bytes.</summary>
    public bool ByteFallback => model.ByteFallback;

    /// <summary>Tokens kept whole, with their ids.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    /// <summary>Every piece and its id.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => ids;

    /// <inheritdoc/>
    public override Normalizer? Normalizer => normalizer;

    /// <summary>Pieces joined, marks as spaces (the one put before the text away), runs of byte pieces as the characters they spell.</summary>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var utf8 = new List<byte>();
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)model.Pieces.Count) continue;
            var (piece, _, type) = model.Pieces[id];
            if (type == SentencePieceModel.Byte) utf8.Add(Convert.ToByte(piece[3..5], 16));
            else if (type != SentencePieceModel.Control) utf8.AddRange(Encoding.UTF8.GetBytes(model.EscapeWhitespaces ? piece.Replace('\u2581', ' ') : piece));
        }

        var text = Encoding.UTF8.GetString([.. utf8]);
        return model.AddDummyPrefix && text.StartsWith(' ') ? text[1..] : text;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        var tokens = EncodeToTokens(text, textSpan, settings);
        var found = new List<int>(tokens.Tokens.Count);
        for (var k = 0; k < tokens.Tokens.Count && k < settings.MaxTokenCount; k++) found.Add(tokens.Tokens[k].Id);
        return new EncodeResults<int> { Tokens = found, NormalizedText = tokens.NormalizedText, CharsConsumed = tokens.CharsConsumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (text is not null) textSpan = text;
        string? normalized = null;
        if (settings.ConsiderNormalization) textSpan = normalized = normalizer.Normalize(textSpan);
        var found = new List<EncodedToken>();
        if (!textSpan.IsEmpty)
        {
            if (AddBeginningOfSentence) found.Add(Token(BeginningOfSentenceId, 0, 0));
            Merge(textSpan, found);
            if (AddEndOfSentence) found.Add(Token(EndOfSentenceId, textSpan.Length, textSpan.Length));
        }

        return new EncodeResults<EncodedToken> { Tokens = found, NormalizedText = normalized, CharsConsumed = textSpan.Length };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) => EncodeToIds(text, textSpan, settings).Tokens.Count;

    private EncodedToken Token(int id, int start, int end) => new(id, model.Pieces[id].Piece, new Range(start, end));

    private void Merge(ReadOnlySpan<char> text, List<EncodedToken> found)
    {
        var symbols = new SymbolList();
        for (var i = 0; i < text.Length;)
        {
            var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            symbols.Add(mergeable.TryGetValue(text.Slice(i, length), out var id) ? id : model.Pieces.Count, i, length);
            i += length;
        }

        var queue = new PriorityQueue<(int At, int Start, int End, int Id), (float NegativeScore, int At)>(symbols.Count);
        for (var i = symbols.First; i >= 0; i = symbols.Next(i)) Push(text, i);
        while (queue.TryDequeue(out var merge, out _))
        {
            // What was queued is stale where either side has merged meanwhile.
            if (symbols.Id(merge.At) < 0 || symbols.Next(merge.At) is not (var next and >= 0) || symbols.End(next) != merge.End || symbols.Start(next) != merge.Start) continue;
            symbols.MergeRight(merge.At, merge.Id);
            Push(text, merge.At);
            if (symbols.Previous(merge.At) is var previous and >= 0) Push(text, previous);
        }

        for (var i = symbols.First; i >= 0; i = symbols.Next(i)) Emit(text, symbols.Id(i), symbols.Start(i), symbols.End(i), found);

        void Push(ReadOnlySpan<char> all, int i)
        {
            var next = symbols.Next(i);
            if (next < 0 || !mergeable.TryGetValue(all[symbols.Start(i)..symbols.End(next)], out var id)) return;
            queue.Enqueue((i, symbols.Start(next), symbols.End(next), id), (-model.Pieces[id].Score, i));
        }
    }

    private void Emit(ReadOnlySpan<char> text, int id, int start, int end, List<EncodedToken> found)
    {
        if (id < model.Pieces.Count)
        {
            found.Add(Token(id, start, end));
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        var count = ByteFallback ? Encoding.UTF8.GetBytes(text[start..end], utf8) : 0;
        if (count == 0)
        {
            found.Add(Token(UnknownId, start, end));
            return;
        }

        foreach (var b in utf8[..count]) found.Add(Token(bytes[b] >= 0 ? bytes[b] : UnknownId, start, end));
    }

    /// <summary>Spaces to marks, one before the text, runs of them to one: as the model's normalizer_spec says.</summary>
    private sealed class Spaces(SentencePieceModel model) : Normalizer
    {
        public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());

        public override string Normalize(string original)
        {
            if (model.RemoveExtraWhitespaces) original = string.Join(' ', original.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (original.Length == 0) return original;
            if (model.AddDummyPrefix) original = " " + original;
            return model.EscapeWhitespaces ? original.Replace(' ', '\u2581') : original;
        }
    }
}

/// <summary>Llama's tokenizer: SentencePiece BPE.</summary>
public sealed class LlamaTokenizer : SentencePieceTokenizer
{
    private LlamaTokenizer(SentencePieceModel model, bool begin, bool end, IReadOnlyDictionary<string, int>? specialTokens)
        : base(model, begin, end, specialTokens)
    {
    }

    /// <summary>Reads a SentencePiece model (protobuf).</summary>
    /// <exception cref="ArgumentException">The model is not BPE, or normalizes in a way other than "identity".</exception>
    public static LlamaTokenizer Create(Stream modelStream, bool addBeginOfSentence = true, bool addEndOfSentence = false, IReadOnlyDictionary<string, int>? specialTokens = null)
    {
        var model = SentencePieceModel.Read(modelStream);
        if (model.ModelType != 2) throw new ArgumentException("The model type is not Bpe.", nameof(modelStream));
        if (model.NormalizerName is not ("" or "identity")) throw new ArgumentException($"Normalization '{model.NormalizerName}' is not supported.", nameof(modelStream));
        return new LlamaTokenizer(model, addBeginOfSentence, addEndOfSentence, specialTokens);
    }
}
