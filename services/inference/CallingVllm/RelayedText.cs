using System.Threading.Channels;
using MindBridge.Inference.Generating;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.CallingVllm;

/// <summary>An answer that a server writes: what comes is cut where an answer written here would be, and handed over once it is certain.</summary>
internal sealed class RelayedText(TextTokenizer tokenizer, TextRequest request, int promptTokens, ChannelWriter<TextPiece> pieces)
{
    private readonly StreamedText text = new(tokenizer, request.Stop, request.NaturalStop);

    /// <summary>Tokens so far, as the server counts them.</summary>
    public int Tokens { get; private set; }

    /// <summary>Takes what follows.</summary>
    /// <param name="part">Its text.</param>
    /// <param name="tokens">Tokens of the answer up to here; null where the server does not tell.</param>
    /// <returns>False once the text is complete, and nothing more is wanted.</returns>
    public bool Take(string part, int? tokens)
    {
        Tokens = tokens ?? Tokens + (part.Length > 0 ? 1 : 0);
        if (text.Append(part) is { Length: > 0 } piece) pieces.TryWrite(new TextPiece(piece));
        return !text.Ended;
    }

    /// <summary>Hands over what was held back, and how it ended.</summary>
    /// <param name="reason">"stop" or "length", as the server says; "stop" where the text was complete before.</param>
    public void Finish(string reason)
    {
        var rest = text.Finish();
        pieces.TryWrite(new TextPiece(rest) { End = new TextEnd(text.Ended ? "stop" : reason, promptTokens, Tokens) });
    }
}
