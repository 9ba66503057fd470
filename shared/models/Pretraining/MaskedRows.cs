using MindBridge.Tokenizers;

namespace MindBridge.Models.Pretraining;

/// <summary>One batch for a masked model, padded to its longest row.</summary>
/// <param name="Ids">Token ids, [rows * width], some of them masked.</param>
/// <param name="Mask">1 for a token, 0 for padding, [rows * width].</param>
/// <param name="Positions">Where something must be predicted: flat positions row * width + column.</param>
/// <param name="Targets">What stood there.</param>
internal sealed record MaskedBatch(long[] Ids, long[] Mask, long[] Positions, long[] Targets, int Rows, int Width);

/// <summary>
/// Training rows of a masked model: single sentences (the form in which a memory encoder reads prompts), sentences packed together, and passages,
/// in batches of rows of about one length. In a stated fact the whole answer is masked 60 times in 100 and other words at 7 %; elsewhere words
/// are masked at 15 %, always whole words, 80/10/10 as mask token, random token, unchanged.
/// </summary>
internal sealed class MaskedRows
{
    private const double AnswerShare = 0.6, BesideAnswer = 0.07, Usual = 0.15, Packed = 0.5;

    private readonly List<Item> items = [];
    private readonly int rowWidth;
    private readonly int tokensPerStep;
    private readonly int cls, sep, mask, pad, firstPlain, vocabulary;
    private readonly Random random;
    private readonly Queue<MaskedBatch> ready = new();

    public MaskedRows(PretrainingText text, TextTokenizer tokenizer, int rowWidth, int tokensPerStep, long seed)
    {
        this.rowWidth = rowWidth;
        this.tokensPerStep = tokensPerStep;
        random = new Random((int)(seed % int.MaxValue));
        (cls, sep) = (tokenizer.Cls ?? throw Missing("[CLS]"), tokenizer.Sep ?? throw Missing("[SEP]"));
        (mask, pad) = (tokenizer.Mask ?? throw Missing("[MASK]"), tokenizer.Pad ?? throw Missing("[PAD]"));
        (firstPlain, vocabulary) = (tokenizer.SpecialTokens.Values.Max() + 1, tokenizer.VocabularySize);
        var room = rowWidth - 2;
        foreach (var fact in text.Facts)
        {
            var tokens = tokenizer.EncodeWithSpans(fact.Text);
            if (tokens.Count > room) continue;
            var end = fact.AnswerStart + fact.AnswerLength;
            items.Add(new Item(
                [.. tokens.Select(t => t.Id)], [.. tokens.Select(t => t.Word)], [.. tokens.Select(t => t.Start < end && t.End > fact.AnswerStart)]));
        }
        foreach (var passage in text.Passages)
        {
            var tokens = tokenizer.EncodeWithSpans(passage);
            for (var start = 0; start < tokens.Count; start += room)
            {
                var part = tokens.Skip(start).Take(room).ToList();
                items.Add(new Item([.. part.Select(t => t.Id)], [.. part.Select(t => t.Word)], null));
            }
        }
        if (items.Count == 0) throw new InvalidDataException("the text is empty after tokenizing; give a longer one");

        static InvalidDataException Missing(string token) => new($"the tokenizer has no {token} token");
    }

    /// <summary>Tokens of one pass over the text.</summary>
    public long TokensPerEpoch => items.Sum(i => (long)i.Ids.Length);

    public MaskedBatch Next()
    {
        while (ready.Count == 0) Refill();
        return ready.Dequeue();
    }

    /// <summary>One pass over the text, masked anew, as batches in random order.</summary>
    private void Refill()
    {
        var order = Enumerable.Range(0, items.Count).ToArray();
        random.Shuffle(order);
        var rows = new List<(List<long> Ids, List<long> Labels, double Key)>();
        for (var k = 0; k < order.Length;)
        {
            var (ids, labels) = (new List<long> { cls }, new List<long> { -1 });
            Append(items[order[k++]], ids, labels);
            if (random.NextDouble() < Packed)
                while (k < order.Length && ids.Count + items[order[k]].Ids.Length <= rowWidth - 1) Append(items[order[k++]], ids, labels);
            ids.Add(sep);
            labels.Add(-1);
            if (labels.TrueForAll(l => l < 0)) continue; // nothing to predict here
            rows.Add((ids, labels, ids.Count + (2 * random.NextDouble())));
        }
        rows.Sort((a, b) => a.Key.CompareTo(b.Key));

        var batches = new List<MaskedBatch>();
        for (var start = 0; start < rows.Count;)
        {
            var end = start;
            while (end < rows.Count && (end - start) * rows[end].Ids.Count < tokensPerStep) end++;
            batches.Add(Pad(rows.GetRange(start, end - start)));
            start = end;
        }
        var shuffled = batches.ToArray();
        random.Shuffle(shuffled);
        foreach (var batch in shuffled) ready.Enqueue(batch);
    }

    private void Append(Item item, List<long> ids, List<long> labels)
    {
        var answer = item.Answer is not null && random.NextDouble() < AnswerShare;
        var rate = answer ? BesideAnswer : Usual;
        var (word, hit, how) = (-1, false, 0.0);
        for (var k = 0; k < item.Ids.Length; k++)
        {
            if (item.Words[k] != word) (word, hit, how) = (item.Words[k], random.NextDouble() < rate, random.NextDouble());
            var id = item.Ids[k];
            if (answer && item.Answer![k])
            {
                ids.Add(mask);
                labels.Add(id);
            }
            else if (hit)
            {
                ids.Add(how < 0.8 ? mask : how < 0.9 ? random.Next(firstPlain, vocabulary) : id);
                labels.Add(id);
            }
            else
            {
                ids.Add(id);
                labels.Add(-1);
            }
        }
    }

    private MaskedBatch Pad(List<(List<long> Ids, List<long> Labels, double Key)> rows)
    {
        var width = rows.Max(r => r.Ids.Count);
        var (ids, real) = (new long[rows.Count * width], new long[rows.Count * width]);
        Array.Fill(ids, pad);
        var (positions, targets) = (new List<long>(), new List<long>());
        for (var row = 0; row < rows.Count; row++)
            for (var k = 0; k < rows[row].Ids.Count; k++)
            {
                var at = (row * width) + k;
                (ids[at], real[at]) = (rows[row].Ids[k], 1);
                if (rows[row].Labels[k] < 0) continue;
                positions.Add(at);
                targets.Add(rows[row].Labels[k]);
            }
        return new MaskedBatch(ids, real, [.. positions], [.. targets], rows.Count, width);
    }

    private sealed record Item(int[] Ids, int[] Words, bool[]? Answer);
}
