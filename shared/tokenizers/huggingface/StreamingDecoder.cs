using System.Text;
using MindBridge.Tokenizers.Decoding;

namespace MindBridge.Tokenizers;

/// <summary>
/// Turns ids into text as they are generated. Only whole characters come out: bytes of a character that is still under way are held back.
/// Everything given out, with <see cref="Flush"/> at the end, is exactly <see cref="TextTokenizer.Decode"/> of the same ids. Not for several threads.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TextTokenizer tokenizer;
    private readonly bool skipSpecial;
    private readonly DecodingStage[] stages;

    internal StreamingDecoder(TextTokenizer tokenizer, IReadOnlyList<Func<DecodingStage>> stages, bool skipSpecial)
    {
        this.tokenizer = tokenizer;
        this.skipSpecial = skipSpecial;
        this.stages = [.. stages.Select(make => make())];
    }

    /// <summary>The next id; gives the text that is now certain, which may be empty. Ids outside the vocabulary give nothing.</summary>
    public string Append(int id)
    {
        if (skipSpecial && tokenizer.IsSpecial(id)) return "";
        return tokenizer.TryGetToken(id, out var token) ? Run([token], from: 0) : "";
    }

    /// <summary>No id follows: gives what was held back (U+FFFD for bytes that never became a character).</summary>
    public string Flush()
    {
        var text = new StringBuilder();
        for (var k = 0; k < stages.Length; k++)
        {
            var last = new List<string>();
            stages[k].Flush(last);
            text.Append(Run(last, k + 1));
        }

        return text.ToString();
    }

    private string Run(List<string> tokens, int from)
    {
        for (var k = from; k < stages.Length && tokens.Count > 0; k++)
        {
            var next = new List<string>(tokens.Count);
            foreach (var token in tokens) stages[k].Push(token, next);
            tokens = next;
        }

        return tokens.Count == 1 ? tokens[0] : string.Concat(tokens);
    }
}
