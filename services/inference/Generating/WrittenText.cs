using System.Numerics.Tensors;
using System.Threading.Channels;
using MindBridge.Inference.RunningBatches;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.Generating;

/// <summary>An answer in the making: chooses tokens, turns them into text, and hands over what is certain.</summary>
internal sealed class WrittenText(Llm llm, TextRequest request, GenerationSettings sampling, ChannelWriter<TextPiece> pieces) : Sequence
{
    private readonly StreamedText text = new(llm.Tokenizer, request.Stop, request.NaturalStop);
    private readonly TokenChoice choice = new(sampling, []);
    private readonly List<TokenChances> chances = [];
    private readonly TextTokenizer tokenizer = llm.Tokenizer;
    private int tokens;
    private string? reason;

    /// <summary>Tokens so far.</summary>
    public int Tokens => tokens;

    public override int? Next(Span<float> logits)
    {
        // Before choosing, which changes the logits.
        (float[] Scores, float Total, IReadOnlyList<int> Best)? before = request.Alternatives is { } count ? Chances(logits, count) : null;
        var token = choice.Next(logits);
        if (!request.IgnoreEnd && llm.Model.EndTokens.Contains(token))
        {
            reason = "stop";
            return null;
        }

        tokens++;
        if (before is { } seen) chances.Add(new TokenChances(Spelled(token), seen.Scores[token] - seen.Total, text.Length, [.. seen.Best.Select(b => (Spelled(b), seen.Scores[b] - seen.Total))]));
        var piece = text.Append(token);
        if (text.Ended) reason = "stop";
        if (piece.Length > 0) pieces.TryWrite(new TextPiece(piece) { Tokens = Taken(text.Given) });
        return text.Ended ? null : token;
    }

    /// <summary>Hands over what was held back, and how it ended.</summary>
    public void Finish()
    {
        var rest = text.Finish();
        // A token that only made up a stop text is no part of the answer.
        pieces.TryWrite(new TextPiece(rest) { Tokens = Taken(text.Ended ? text.Given : int.MaxValue), End = new TextEnd(reason ?? "length", Prompt.Ids.Count, tokens) });
    }

    private List<TokenChances> Taken(int until)
    {
        if (chances.Count == 0) return [];
        var taken = chances.TakeWhile(c => c.Offset < until).ToList();
        chances.RemoveRange(0, taken.Count);
        return taken;
    }

    private string Spelled(int token) => tokenizer.Decode([token], skipSpecial: false);

    private static (float[] Scores, float Total, IReadOnlyList<int> Best) Chances(ReadOnlySpan<float> logits, int count)
    {
        var scores = logits.ToArray();
        var largest = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (var score in scores) sum += Math.Exp(score - largest);
        var best = new List<int>(count);
        for (var k = 0; k < count && k < scores.Length; k++)
        {
            var at = -1;
            for (var i = 0; i < scores.Length; i++)
                if ((at < 0 || scores[i] > scores[at]) && !best.Contains(i)) at = i;
            best.Add(at);
        }

        return (scores, largest + (float)Math.Log(sum), best);
    }
}
