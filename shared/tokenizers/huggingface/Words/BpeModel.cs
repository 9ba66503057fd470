using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace MindBridge.Tokenizers.Words;

/// <summary>What sets one BPE model off from another.</summary>
internal sealed record BpeRules
{
    /// <summary>The model reads bytes, in GPT-2's alphabet.</summary>
    public bool Bytes { get; init; }

    /// <summary>A character outside the vocabulary becomes its bytes' tokens "&lt;0xE2&gt;" (Llama 2).</summary>
    public bool ByteFallback { get; init; }

    public string? Unknown { get; init; }

    /// <summary>Neighbouring unknown characters make one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>A word that is a token is that token, whatever the merges say (Llama 3).</summary>
    public bool IgnoreMerges { get; init; }
}

/// <summary>Byte pair encoding: GPT-2, Llama 3 and Qwen on bytes, Llama 2 on characters with bytes behind.</summary>
internal sealed class BpeModel : WordModel
{
    // The official reader of merges takes lines of two tokens with a space between; these would break it.
    private static readonly (char From, char To)[] Unwritable = [(' ', '\uF7E0'), ('\n', '\uF7E1'), ('\r', '\uF7E2')];
    private static readonly SearchValues<char> UnwritableChars = SearchValues.Create(" \n\r");

    private readonly BpeTokenizer official;
    private readonly Vocabulary vocabulary;
    private readonly BpeRules rules;
    private readonly HashSet<int> symbols = [];
    private readonly int[]? byteTokens;
    private readonly int unknown = -1;

    public BpeModel(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeRules rules)
    {
        this.vocabulary = vocabulary;
        this.rules = rules;
        if (rules.Unknown is { } unk)
            unknown = vocabulary.Id(unk) ?? throw new InvalidDataException($"{vocabulary.Source}: the unknown token '{unk}' is not in the vocabulary; add it or name another \"unk_token\"");
        foreach (var token in vocabulary.Ids.Keys)
        {
            if (IsOneCodePoint(token)) symbols.Add(char.ConvertToUtf32(token, 0));
        }

        if (rules.ByteFallback) byteTokens = ByteTokens();
        official = BpeTokenizer.Create(WriteVocabulary(), WriteMerges(merges));
    }

    public override bool CountsBytes => rules.Bytes;

    protected override EncodedWord Spell(string word)
    {
        if (rules.Bytes) word = ByteAlphabet.Show(word);
        if (rules.IgnoreMerges && vocabulary.Id(word) is { } whole) return new EncodedWord([whole], [0], [word.Length]);
        var made = new Pieces(word.Length);
        var from = 0;
        for (var i = 0; i < word.Length;)
        {
            var length = char.IsHighSurrogate(word[i]) && i + 1 < word.Length ? 2 : 1;
            if (!symbols.Contains(length == 2 ? char.ConvertToUtf32(word[i], word[i + 1]) : word[i]))
            {
                // Nothing merges across a character outside the vocabulary.
                Merge(word, from, i, made);
                AddOutsider(word, i, length, made);
                from = i + length;
            }

            i += length;
        }

        Merge(word, from, word.Length, made);
        return made.ToWord();
    }

    private static bool IsOneCodePoint(string token) => token.Length == 1 ? !char.IsSurrogate(token[0]) : token.Length == 2 && char.IsSurrogatePair(token[0], token[1]);

    private static string Writable(string text)
    {
        if (text.AsSpan().IndexOfAny(UnwritableChars) < 0) return text;
        foreach (var (from, to) in Unwritable) text = text.Replace(from, to);
        return text;
    }

    private void Merge(string word, int from, int to, Pieces made)
    {
        if (from == to) return;
        made.Fusing = false;
        var part = Writable(word[from..to]);
        var at = from;
        foreach (var id in official.EncodeToIds(part, considerPreTokenization: false, considerNormalization: false))
        {
            var length = vocabulary.Token(id)!.Length;
            made.Add(id, at, at + length);
            at += length;
        }
    }

    private void AddOutsider(string word, int at, int length, Pieces made)
    {
        if (byteTokens is not null)
        {
            Span<byte> bytes = stackalloc byte[4];
            var count = Encoding.UTF8.GetBytes(word.AsSpan(at, length), bytes);
            var all = true;
            foreach (var b in bytes[..count]) all &= byteTokens[b] >= 0;
            if (all)
            {
                foreach (var b in bytes[..count]) made.Add(byteTokens[b], at, at + length);
                made.Fusing = false;
                return;
            }
        }

        if (unknown < 0) return;
        if (made.Fusing && rules.FuseUnknown) made.ExtendLast(at + length);
        else made.Add(unknown, at, at + length);
        made.Fusing = true;
    }

    private int[] ByteTokens()
    {
        var found = new int[256];
        for (var b = 0; b < 256; b++) found[b] = vocabulary.Id($"<0x{b.ToString("X2", CultureInfo.InvariantCulture)}>") ?? -1;
        return found;
    }

    private MemoryStream WriteVocabulary()
    {
        var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (token, id) in vocabulary.Ids) json.WriteNumber(Writable(token), id);
            json.WriteEndObject();
        }

        stream.Position = 0;
        return stream;
    }

    private MemoryStream WriteMerges(IReadOnlyList<(string Left, string Right)> merges)
    {
        // A pair given twice counts where it stands last, as at Hugging Face.
        var last = new Dictionary<(string, string), int>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++) last[merges[rank]] = rank;
        var lines = new StringBuilder("#version: 0.2\n");
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            if (last[merges[rank]] != rank) continue;
            foreach (var token in (ReadOnlySpan<string>)[left, right, left + right])
            {
                if (vocabulary.Id(token) is null)
                    throw new InvalidDataException($"{vocabulary.Source}: merge {rank + 1} ('{left}' '{right}') needs the token '{token}', which the vocabulary lacks; vocabulary and merges must come from the same model");
            }

            lines.Append(Writable(left)).Append(' ').Append(Writable(right)).Append('\n');
        }

        return new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
    }

    /// <summary>Collects the pieces of one word.</summary>
    private sealed class Pieces(int capacity)
    {
        private readonly List<int> ids = new(Math.Min(capacity, 1024));
        private readonly List<int> starts = [];
        private readonly List<int> ends = [];

        public bool Fusing { get; set; }

        public void Add(int id, int start, int end)
        {
            ids.Add(id);
            starts.Add(start);
            ends.Add(end);
        }

        public void ExtendLast(int end) => ends[^1] = end;

        public EncodedWord ToWord() => new([.. ids], [.. starts], [.. ends]);
    }
}
