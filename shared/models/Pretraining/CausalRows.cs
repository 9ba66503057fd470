using MindBridge.Tokenizers;

namespace MindBridge.Models.Pretraining;

/// <summary>
/// Training rows of a causal model: sentences and passages packed one after the other, joined half the time by a space and half the time by the
/// end token (and the begin token, where there is one). So the model also meets texts that begin in mid-row, and needs no fixed start: a soft
/// prompt in front of the text must not be a surprise. A function of (text, seed) alone: skipping n batches is the same as having used them.
/// </summary>
internal sealed class CausalRows
{
    private const float AnswerWeight = 3, FactWeight = 0.5f, EndWeight = 0.5f, PassageWeight = 1;
    private const int LookAhead = 12;

    private readonly List<Piece[]> items = []; // [0] as it is, [1] after a space
    private readonly int rowWidth;
    private readonly Random random;
    private readonly int end;
    private readonly int? begin;
    private readonly List<int> waiting = [];
    private int[] order = [];
    private int next;
    private (int[] Ids, float[] Weights, int From)? cut; // the rest of a passage that did not fit into the last row

    public CausalRows(PretrainingText text, TextTokenizer tokenizer, int rowWidth, long seed)
    {
        this.rowWidth = rowWidth;
        random = new Random((int)(seed % int.MaxValue));
        end = tokenizer.Eos ?? throw new InvalidDataException("the tokenizer has no end token");
        begin = tokenizer.Bos is { } bos && bos != end ? bos : null;
        var room = rowWidth - (begin is null ? 0 : 1);
        foreach (var fact in text.Facts)
        {
            var pieces = new[] { Piece.Of(tokenizer, "", fact), Piece.Of(tokenizer, " ", fact) };
            if (pieces[1].Ids.Length <= room) items.Add(pieces);
        }
        foreach (var passage in text.Passages)
            items.Add([Piece.Of(tokenizer, passage), Piece.Of(tokenizer, " " + passage)]);
        if (items.Count == 0) throw new InvalidDataException("the text is empty after tokenizing; give a longer one");
    }

    /// <summary>Tokens of one pass over the text.</summary>
    public long TokensPerEpoch => items.Sum(i => (long)i[0].Ids.Length);

    /// <summary>Fills <paramref name="rows"/> rows: token ids, and the weight of each token as a target, both [rows * width].</summary>
    public (long[] Ids, float[] Weights) Next(int rows)
    {
        var ids = new long[rows * rowWidth];
        var weights = new float[rows * rowWidth];
        for (var row = 0; row < rows; row++) Fill(ids.AsSpan(row * rowWidth, rowWidth), weights.AsSpan(row * rowWidth, rowWidth));
        return (ids, weights);
    }

    private void Fill(Span<long> ids, Span<float> weights)
    {
        var at = 0;
        if (begin is { } first) ids[at++] = first;
        var empty = true;
        if (cut is { } rest)
        {
            at = Append(ids, weights, at, rest.Ids, rest.Weights, rest.From);
            empty = false;
        }
        while (at < ids.Length)
        {
            // Always draw, so that what a row took never changes what the next one draws.
            var spaced = random.Next(2) == 0 && !empty;
            var joint = empty || spaced ? 0 : begin is null ? 1 : 2;
            var chosen = Choose(ids.Length - at - joint, spaced ? 1 : 0);
            if (chosen is null) break;
            if (joint > 0)
            {
                (ids[at], weights[at]) = (end, EndWeight);
                at++;
                if (begin is { } bos) ids[at++] = bos;
            }
            at = Append(ids, weights, at, chosen.Ids, chosen.Weights, 0);
            empty = false;
        }
        if (at >= ids.Length) return;
        weights[at] = EndWeight;
        ids[at..].Fill(end);
    }

    private int Append(Span<long> ids, Span<float> weights, int at, int[] from, float[] with, int start)
    {
        var n = Math.Min(ids.Length - at, from.Length - start);
        for (var i = 0; i < n; i++) (ids[at + i], weights[at + i]) = (from[start + i], with[start + i]);
        cut = start + n < from.Length ? (from, with, start + n) : null;
        return at + n;
    }

    /// <summary>The first waiting item that fits into <paramref name="room"/> tokens; a passage fits wherever a few of its tokens do.</summary>
    private Piece? Choose(int room, int form)
    {
        while (waiting.Count < LookAhead)
        {
            if (next == order.Length)
            {
                order = [.. Enumerable.Range(0, items.Count)];
                random.Shuffle(order);
                next = 0;
            }
            waiting.Add(order[next++]);
        }
        const int fewest = 4;
        for (var k = 0; k < waiting.Count; k++)
        {
            var piece = items[waiting[k]][form];
            if (piece.Whole ? piece.Ids.Length > room : room < fewest) continue;
            waiting.RemoveAt(k);
            return piece;
        }
        return null;
    }

    private sealed record Piece(int[] Ids, float[] Weights, bool Whole)
    {
        public static Piece Of(TextTokenizer tokenizer, string passage)
        {
            var ids = tokenizer.Encode(passage, special: false).ToArray();
            var weights = new float[ids.Length];
            Array.Fill(weights, PassageWeight);
            return new Piece(ids, weights, Whole: false);
        }

        public static Piece Of(TextTokenizer tokenizer, string lead, StatedFact fact)
        {
            var start = fact.AnswerStart + lead.Length;
            var tokens = tokenizer.EncodeWithSpans(lead + fact.Text);
            // A byte-level token carries the space before its word, so overlap with the answer decides, not containment.
            var weights = tokens.Select(t => t.Start < start + fact.AnswerLength && t.End > start ? AnswerWeight : FactWeight).ToArray();
            return new Piece([.. tokens.Select(t => t.Id)], weights, Whole: true);
        }
    }
}
