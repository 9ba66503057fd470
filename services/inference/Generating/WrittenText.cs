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
    // Of the prompt's tokens, by their places.
    private readonly Dictionary<int, TokenChances> foretold = [];
    private readonly TextTokenizer tokenizer = llm.Tokenizer;
    private int tokens, echoed;
    private bool begun;
    private string? reason;

    /// <summary>Tokens so far.</summary>
    public int Tokens => tokens;

    public override bool ReadsPrompt => request is { Echoes: true, Alternatives: not null };

    public override void Read(int row, ReadOnlySpan<float> logits)
    {
        if (Prompt.IdAfter(row) is { } place) foretold[place] = Told(Prompt.Ids[place], Chances(logits, request.Alternatives!.Value), 0);
    }

    public override int? Next(Span<float> logits)
    {
        if (!begun) Begin();
        if (request.EchoesOnly)
        {
            reason = "length";
            return null;
        }

        // Before choosing, which changes the logits.
        (float[] Scores, float Total, IReadOnlyList<int> Best)? before = request.Alternatives is { } count ? Chances(logits, count) : null;
        var token = choice.Next(logits);
        if (!request.IgnoreEnd && llm.Model.EndTokens.Contains(token))
        {
            reason = "stop";
            return null;
        }

        tokens++;
        if (before is { } seen) chances.Add(Told(token, seen, echoed + text.Length));
        var piece = text.Append(token);
        if (text.Ended) reason = "stop";
        if (piece.Length > 0) pieces.TryWrite(new TextPiece(piece) { Tokens = Taken(echoed + text.Given) });
        return text.Ended ? null : token;
    }

    /// <summary>Hands over what was held back, and how it ended.</summary>
    public void Finish()
    {
        var rest = text.Finish();
        // A token that only made up a stop text is no part of the answer.
        pieces.TryWrite(new TextPiece(rest) { Tokens = Taken(text.Ended ? echoed + text.Given : int.MaxValue), End = new TextEnd(reason ?? "length", Prompt.Ids.Count, tokens) });
    }

    // The prompt comes first where it is echoed.
    private void Begin()
    {
        begun = true;
        if (!request.Echoes) return;
        var stream = tokenizer.NewStream();
        var told = new List<TokenChances>();
        for (var (place, offset) = (0, 0); request.Alternatives is not null && place < Prompt.Ids.Count; place++)
        {
            var id = Prompt.Ids[place];
            told.Add((foretold.GetValueOrDefault(place) ?? new TokenChances(Spelled(id), float.NaN, 0, [])) with { Offset = offset });
            offset += stream.Append(id).Length;
        }

        foretold.Clear();
        echoed = request.Prompt.Length;
        pieces.TryWrite(new TextPiece(request.Prompt) { Tokens = told });
    }

    private TokenChances Told(int token, (float[] Scores, float Total, IReadOnlyList<int> Best) seen, int offset) =>
        new(Spelled(token), seen.Scores[token] - seen.Total, offset, [.. seen.Best.Select(b => (Spelled(b), seen.Scores[b] - seen.Total))]);

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
