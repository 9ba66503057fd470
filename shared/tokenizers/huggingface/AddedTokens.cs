using MindBridge.Tokenizers.Normalizing;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers;

/// <summary>A token that is found in the text as it stands, before any model sees it.</summary>
internal sealed record AddedToken(string Content, int Id)
{
    /// <summary>Left out when decoding.</summary>
    public bool Special { get; init; }

    /// <summary>Takes in the white space on its left.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Takes in the white space on its right.</summary>
    public bool StripRight { get; init; }

    /// <summary>Not inside a word.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Looked for in texts (llama2.c knows its special tokens by id alone).</summary>
    public bool Sought { get; init; } = true;

    /// <summary>Sought in the normalized text rather than in the text as given.</summary>
    public bool Normalized { get; init; }
}

/// <summary>Finds added tokens: the leftmost, and of those the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Node root = new();
    private readonly bool any;

    /// <param name="tokens">What to look for.</param>
    /// <param name="normalizer">Applied to the tokens' own text first; null leaves it.</param>
    public AddedTokenFinder(IEnumerable<AddedToken> tokens, TextNormalizer? normalizer)
    {
        foreach (var token in tokens)
        {
            var content = normalizer is null ? token.Content : normalizer.Apply(new AlignedText(token.Content)).Text;
            if (content.Length == 0) continue;
            any = true;
            var node = root;
            foreach (var c in content)
            {
                if (!node.Next.TryGetValue(c, out var next)) node.Next[c] = next = new Node();
                node = next;
            }

            node.Token ??= token;
        }
    }

    /// <summary>The stretches of the text in order; those that are an added token carry it.</summary>
    public void Split(AlignedText text, List<(Word Stretch, AddedToken? Token)> into)
    {
        var from = 0;
        if (any)
        {
            var s = text.Text;
            for (var i = 0; i < s.Length; i++)
            {
                if (!root.Next.ContainsKey(s[i]) || Longest(s, i, out var end) is not { } token) continue;
                int start = i, stop = end;
                // A match that is refused is stepped over whole, as at Hugging Face.
                i = end - 1;
                if (token.SingleWord && (IsWordBefore(s, start) || (stop < s.Length && CodePoints.IsWord(CodePoints.At(s, stop, out _))))) continue;
                if (token.StripLeft) while (start > from && char.IsWhiteSpace(s[start - 1])) start--;
                if (token.StripRight) while (stop < s.Length && char.IsWhiteSpace(s[stop])) stop++;
                if (start > from) into.Add((new Word(text, from, start - from), null));
                into.Add((new Word(text, start, stop - start), token));
                from = stop;
                i = Math.Max(i, stop - 1);
            }
        }

        if (from < text.Length) into.Add((new Word(text, from, text.Length - from), null));
    }

    private static bool IsWordBefore(string s, int at)
        => at > 0 && CodePoints.IsWord(at > 1 && char.IsLowSurrogate(s[at - 1]) ? CodePoints.At(s, at - 2, out _) : s[at - 1]);

    private AddedToken? Longest(string s, int at, out int end)
    {
        AddedToken? best = null;
        end = at;
        var node = root;
        for (var i = at; i < s.Length && node.Next.TryGetValue(s[i], out node!); i++)
        {
            if (node.Token is null) continue;
            best = node.Token;
            end = i + 1;
        }

        return best;
    }

    private sealed class Node
    {
        public Dictionary<char, Node> Next { get; } = [];
        public AddedToken? Token { get; set; }
    }
}
