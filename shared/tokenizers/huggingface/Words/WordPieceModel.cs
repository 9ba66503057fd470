using System.Text;
using Microsoft.ML.Tokenizers;

namespace MindBridge.Tokenizers.Words;

/// <summary>BERT's WordPiece.</summary>
internal sealed class WordPieceModel : WordModel
{
    private readonly WordPieceTokenizer official;
    private readonly Vocabulary vocabulary;
    private readonly int unknown;
    private readonly int prefixLength;
    private readonly int longestWord;

    public WordPieceModel(Vocabulary vocabulary, string unknownToken, string prefix, int longestWord)
    {
        this.vocabulary = vocabulary;
        this.longestWord = longestWord;
        prefixLength = prefix.Length;
        unknown = vocabulary.Id(unknownToken) ?? throw new InvalidDataException($"{vocabulary.Source}: the unknown token '{unknownToken}' is not in the vocabulary; add it or name another \"unk_token\"");
        // The official reader takes one token a line and the line's number for the id.
        var lines = new StringBuilder();
        for (var id = 0; id < vocabulary.Size; id++)
        {
            var token = vocabulary.Token(id);
            // A token with a line break in it cannot be reached: white space parts words.
            if (token is not null && token.AsSpan().IndexOfAny('\r', '\n') < 0) lines.Append(token);
            lines.Append('\n');
        }

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        official = WordPieceTokenizer.Create(stream, new WordPieceOptions
        {
            UnknownToken = unknownToken,
            ContinuingSubwordPrefix = prefix,
            // The official limit counts UTF-16 units, BERT's counts characters; ours is checked first, so this one must not bite.
            MaxInputCharsPerWord = Math.Max(1, longestWord * 2),
        });
    }

    protected override EncodedWord Spell(string word)
    {
        if (Characters(word) > longestWord) return new EncodedWord([unknown], [0], [word.Length]);
        var ids = official.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false);
        if (ids.Count == 1) return new EncodedWord([ids[0]], [0], [word.Length]);
        int[] all = new int[ids.Count], starts = new int[ids.Count], ends = new int[ids.Count];
        for (int k = 0, at = 0; k < all.Length; k++)
        {
            all[k] = ids[k];
            starts[k] = at;
            at += vocabulary.Token(ids[k])!.Length - (k == 0 ? 0 : prefixLength);
            ends[k] = at;
        }

        return new EncodedWord(all, starts, ends);
    }

    private static int Characters(string word)
    {
        var n = 0;
        foreach (var c in word) n += char.IsLowSurrogate(c) ? 0 : 1;
        return n;
    }
}
