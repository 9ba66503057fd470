using System.Runtime.InteropServices;
using System.Text;
using MindBridge.Tokenizers.Decoding;
using MindBridge.Tokenizers.Loading;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Texts;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers;

/// <summary>
/// The tokenizer of a model folder, id for id what Hugging Face's gives: <c>tokenizer.json</c>, else <c>vocab.txt</c> (BERT), <c>vocab.json</c> with <c>merges.txt</c>
/// (GPT-2 and its kin), <c>tokenizer.model</c> (SentencePiece BPE) or llama2.c's <c>tok*.bin</c>. Immutable, for any number of threads.
/// </summary>
public sealed class TextTokenizer
{
    private readonly TokenizerParts parts;
    private readonly AddedTokenFinder inText;
    private readonly AddedTokenFinder inNormalized;
    private readonly Dictionary<int, AddedToken> addedById = [];
    private readonly Dictionary<string, int> special = [];

    internal TextTokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        inText = new AddedTokenFinder(parts.Added.Where(t => t.Sought && !t.Normalized), null);
        inNormalized = new AddedTokenFinder(parts.Added.Where(t => t.Sought && t.Normalized), parts.Normalizer);
        VocabularySize = parts.Vocabulary.Size;
        foreach (var token in parts.Added)
        {
            addedById[token.Id] = token;
            if (token.Special) special[token.Content] = token.Id;
            VocabularySize = Math.Max(VocabularySize, token.Id + 1);
        }

        Bos = Role("bos_token");
        Eos = Role("eos_token");
        Cls = Role("cls_token");
        Sep = Role("sep_token");
        Pad = Role("pad_token");
        Mask = Role("mask_token");
        Unk = Role("unk_token");
    }

    /// <summary>The id of the token that begins a text, if the model has one.</summary>
    public int? Bos { get; }

    /// <summary>The id of the token that ends a text, if the model has one.</summary>
    public int? Eos { get; }

    /// <summary>The id of BERT's first token, if the model has one.</summary>
    public int? Cls { get; }

    /// <summary>The id of BERT's last token, if the model has one.</summary>
    public int? Sep { get; }

    /// <summary>The id of the filler, if the model has one.</summary>
    public int? Pad { get; }

    /// <summary>The id of the token that hides another, if the model has one.</summary>
    public int? Mask { get; }

    /// <summary>The id of what cannot be spelled, if the model has one.</summary>
    public int? Unk { get; }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize { get; }

    /// <summary>The tokens that decoding leaves out, with their ids.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens => special;

    /// <summary>Reads the tokenizer of a model folder (or the one file named).</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder holds no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names file, place and remedy.</exception>
    /// <exception cref="NotSupportedException">A kind of tokenizer this program does not know; the message names it.</exception>
    public static TextTokenizer From(string folder) => new(TokenizerFolder.Read(folder));

    /// <summary>The ids of a text. Lone surrogates count as U+FFFD.</summary>
    /// <param name="text">Any text, also an empty one.</param>
    /// <param name="special">Put the model's own tokens around it ([CLS] … [SEP], or the begin-of-text token), as the folder says.</param>
    public IReadOnlyList<int> Encode(string text, bool special = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 8);
        if (special) ids.AddRange(parts.Before);
        Run(text, ids, null);
        if (special) ids.AddRange(parts.After);
        return ids;
    }

    /// <summary>
    /// The pieces of a text without special tokens around it. <c>Start</c> and <c>End</c> (exclusive) are UTF-16 units of <paramref name="text"/>: the characters the piece stands for,
    /// without white space before or after them; never half a surrogate pair; pieces that share a character both cover it; starts never go backwards. <c>Word</c>
    /// counts the words that the pre-tokenizer made, from 0.
    /// </summary>
    public IReadOnlyList<(int Id, int Start, int End, int Word)> EncodeWithSpans(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spans = new List<(int, int, int, int)>((text.Length / 3) + 8);
        Run(text, null, spans);
        return spans;
    }

    /// <summary>The text of a list of ids; ids outside the vocabulary are left out, and with <paramref name="skipSpecial"/> the special tokens too.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var stream = NewStream(skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids) text.Append(stream.Append(id));
        return text.Append(stream.Flush()).ToString();
    }

    /// <summary>A decoder for ids that come one at a time.</summary>
    public StreamingDecoder NewStream(bool skipSpecial = true) => new(this, parts.Decoder, skipSpecial);

    /// <summary>A token as the vocabulary spells it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public string Token(int id)
        => TryGetToken(id, out var token) ? token : throw new ArgumentOutOfRangeException(nameof(id), id, $"the vocabulary has no token {id}; its ids run from 0 to {VocabularySize - 1}");

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? Id(string token)
    {
        foreach (var added in parts.Added)
        {
            if (added.Content == token) return added.Id;
        }

        return parts.Vocabulary.Id(token);
    }

    internal bool IsSpecial(int id) => addedById.TryGetValue(id, out var token) && token.Special;

    internal bool TryGetToken(int id, out string token)
    {
        token = (addedById.TryGetValue(id, out var added) ? added.Content : parts.Vocabulary.Token(id))!;
        return token is not null;
    }

    private int? Role(string name) => parts.Roles.TryGetValue(name, out var token) ? Id(token) : null;

    private void Run(string text, List<int>? ids, List<(int Id, int Start, int End, int Word)>? spans)
    {
        var sanitized = CodePoints.Sanitize(text);
        var words = new List<Word>();
        List<(Word Stretch, AddedToken? Token)> stretches = [], inner = [];
        inText.Split(new AlignedText(sanitized), stretches);
        var count = 0;
        foreach (var (stretch, token) in stretches)
        {
            if (token is not null)
            {
                EmitAdded(stretch, token);
                continue;
            }

            var aligned = stretch.Text.Slice(stretch.Start, stretch.Length);
            if (parts.Normalizer is not null) aligned = parts.Normalizer.Apply(aligned);
            inner.Clear();
            inNormalized.Split(aligned, inner);
            foreach (var (part, addedToken) in inner)
            {
                if (addedToken is not null)
                {
                    EmitAdded(part, addedToken);
                    continue;
                }

                words.Clear();
                if (parts.Splitter is null) words.Add(part);
                else parts.Splitter.Split(part, words);
                foreach (var word in CollectionsMarshal.AsSpan(words)) EmitWord(word);
            }
        }

        void EmitAdded(Word stretch, AddedToken token)
        {
            ids?.Add(token.Id);
            spans?.Add((token.Id, stretch.Text.StartOf(stretch.Start), stretch.Text.EndOf(stretch.Start + stretch.Length - 1), count));
            count++;
        }

        void EmitWord(Word word)
        {
            var encoded = parts.Model.Encode(word.Span);
            ids?.AddRange(encoded.Ids);
            if (spans is not null) PieceSpans.Add(sanitized, word, encoded, parts.Model.CountsBytes, count, spans);
            count++;
        }
    }
}
