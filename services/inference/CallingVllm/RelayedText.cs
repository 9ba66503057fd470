using System.Globalization;
using System.Threading.Channels;
using MindBridge.Inference.Generating;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.CallingVllm;

/// <summary>A token as a server tells it, with what else there might have been.</summary>
/// <param name="Token">"token_id:" and its id, or its text.</param>
/// <param name="LogProbability">Of the token.</param>
/// <param name="Best">The likeliest tokens, in any order; beside them the token itself where it is none of them.</param>
internal sealed record ServerChances(string Token, float LogProbability, IReadOnlyList<(string Token, float LogProbability)> Best);

/// <summary>An answer that a server writes: what comes is cut where an answer written here would be, and handed over once it is certain.</summary>
internal sealed class RelayedText(TextTokenizer tokenizer, TextRequest request, int promptTokens, ChannelWriter<TextPiece> pieces)
{
    private const string ById = "token_id:";
    private readonly StreamedText text = new(tokenizer, request.Stop, request.NaturalStop);
    private readonly StreamingDecoder decoder = tokenizer.NewStream();
    private readonly List<TokenChances> chances = [];
    // Characters of the tokens so far, as they come one by one: a server's piece may hold several.
    private int offset;

    /// <summary>Tokens so far, as the server counts them.</summary>
    public int Tokens { get; private set; }

    /// <summary>Takes what follows.</summary>
    /// <param name="part">Its text.</param>
    /// <param name="tokens">Tokens of the answer up to here; null where the server does not tell.</param>
    /// <param name="told">The part's tokens; none where they were not asked for.</param>
    /// <returns>False once the text is complete, and nothing more is wanted.</returns>
    public bool Take(string part, int? tokens, IReadOnlyList<ServerChances>? told = null)
    {
        Tokens = tokens ?? Tokens + (part.Length > 0 ? 1 : 0);
        foreach (var token in told ?? [])
        {
            var best = token.Best.OrderByDescending(b => b.LogProbability).Take(request.Alternatives ?? 0).Select(b => (Spelled(b.Token), b.LogProbability));
            chances.Add(new TokenChances(Spelled(token.Token), token.LogProbability, offset, [.. best]));
            offset += IdOf(token.Token) is { } id ? decoder.Append(id).Length : token.Token.Length;
        }

        if (text.Append(part) is { Length: > 0 } piece) pieces.TryWrite(new TextPiece(piece) { Tokens = Taken(text.Given) });
        return !text.Ended;
    }

    /// <summary>Hands over what was held back, and how it ended.</summary>
    /// <param name="reason">"stop" or "length", as the server says; "stop" where the text was complete before.</param>
    public void Finish(string reason)
    {
        var rest = text.Finish();
        // A token that only made up a stop text is no part of the answer, nor is the LLM's end, which a server tells like any token.
        pieces.TryWrite(new TextPiece(rest) { Tokens = Taken(text.Ended || reason == "stop" ? text.Given : int.MaxValue), End = new TextEnd(text.Ended ? "stop" : reason, promptTokens, Tokens) });
    }

    private List<TokenChances> Taken(int until)
    {
        var taken = chances.TakeWhile(c => c.Offset < until).ToList();
        chances.RemoveRange(0, taken.Count);
        return taken;
    }

    private string Spelled(string token) => IdOf(token) is { } id ? tokenizer.Decode([id], skipSpecial: false) : token;

    private static int? IdOf(string token) =>
        token.StartsWith(ById, StringComparison.Ordinal) && int.TryParse(token.AsSpan(ById.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
