using MindBridge.Memory.Batching;
using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Serving;

namespace MindBridge.Memory.Bridging;

/// <summary>What one step of stage II feeds to the LLM.</summary>
/// <param name="Rows">Edits with their objects, then out-of-scope prompts; hidden states come at the object's places and at the last prompt token. With the soft prompt after the prompt, only what follows the prompt.</param>
/// <param name="Prompts">By row: the item whose prompt the LLM reads.</param>
/// <param name="Features">By row: the item whose cached feature is projected.</param>
/// <param name="Labels">The object's tokens and those that close the sentence, edits only.</param>
/// <param name="Closing">How many of the labels close a sentence.</param>
/// <param name="Teachers">By out-of-scope row: the item whose cached teacher state is matched.</param>
internal sealed record BridgeStep(RowBatch Rows, long[] Prompts, long[] Features, long[] Labels, int Closing, long[] Teachers);

/// <summary>
/// Which prompts every step reads: a pure function of (settings, seed, epoch). Edits of like length go together, and with them out-of-scope prompts of like length.
/// </summary>
internal sealed class BridgePlan(BridgeTexts texts, BridgeTrainingSettings settings, int encoders, int? bos)
{
    // Noise in the sort by length: neighbours change from epoch to epoch.
    private const double LengthNoise = 6;

    private (long Epoch, (int[] Edits, int[] Negatives)[] Batches) plan = (-1, []);
    private (long Pass, int[] Order) pass = (-1, []);

    public long StepsPerEpoch => (texts.Edits + settings.Batch - 1) / settings.Batch;

    public long Steps => StepsPerEpoch * settings.Epochs;

    /// <summary>Builds one step; plain arrays only.</summary>
    public BridgeStep Build(long step)
    {
        var epoch = step / StepsPerEpoch;
        if (plan.Epoch != epoch) plan = (epoch, Plan(epoch));
        var random = RandomStream.For(settings.Seed, "bridge-step", step);
        var (edits, negatives) = plan.Batches[step % StepsPerEpoch];
        var rows = new List<Row>(edits.Length + negatives.Length);
        long[] prompts = [.. edits.Concat(negatives).Select(i => (long)i)];
        var (features, labels) = ((long[])prompts.Clone(), new List<long>());
        foreach (var item in edits)
        {
            var target = texts.Target(item);
            // The key: the feature of the edit's own prompt, which is pass 0.
            if (random.Chance(settings.KeyShare)) features[rows.Count] = texts.Edit(0, item % texts.Edits);
            rows.Add(RowOf(texts.Ids[item], target, settings.SoftTokens * encoders, settings.Layout, bos));
            foreach (var token in target) labels.Add(token);
        }

        foreach (var item in negatives) rows.Add(RowOf(texts.Ids[item], [], settings.SoftTokens * encoders, settings.Layout, bos));
        return new BridgeStep(new RowBatch(rows, settings.Layout is SoftPromptLayout.AfterPrompt ? 1 : 3), prompts, features, [.. labels], edits.Sum(texts.Closing), [.. negatives.Select(i => (long)i)]);
    }

    /// <summary>
    /// One prompt with its soft slots and what follows it, without the last token, from which nothing is predicted. With the slots after the prompt, the prompt itself is
    /// left out: its keys and values are given.
    /// </summary>
    internal static Row RowOf(int[] ids, int[] target, int slots, SoftPromptLayout layout, int? bos) =>
        layout is SoftPromptLayout.AfterPrompt ? Whole([], target, slots, SoftPromptLayout.BeforeBos, bos) : Whole(ids, target, slots, layout, bos);

    /// <summary>The same with the prompt in it, whatever the layout.</summary>
    internal static Row Whole(int[] ids, int[] target, int slots, SoftPromptLayout layout, int? bos)
    {
        var place = Request.PlaceOf(layout, ids, bos);
        int[] all = [.. ids[..place], .. new int[slots], .. ids[place..], .. target.SkipLast(1)];
        return new Row(all, [.. Enumerable.Range(ids.Length + slots - 1, Math.Max(1, target.Length))], [.. Enumerable.Range(place, slots)]);
    }

    private (int[] Edits, int[] Negatives)[] Plan(long epoch)
    {
        var random = RandomStream.For(settings.Seed, "bridge-epoch", epoch);
        var variant = (int)(epoch % texts.EditVariants);
        var edits = Batches([.. Enumerable.Range(0, texts.Edits).Select(i => texts.Edit(variant, i))], random);
        var negatives = new int[edits.Length][];
        Array.Fill(negatives, []);
        if (texts.OutOfScope > 0)
        {
            var other = random.Below(texts.OutOfScopeVariants);
            var first = epoch * edits.Length * settings.Batch;
            int[] drawn = [.. Enumerable.Range(0, edits.Length * settings.Batch).Select(k => texts.Negative(other, Negative(first + k)))];
            negatives = Batches(drawn, random);
        }

        var pairs = edits.Select((e, k) => (e, negatives[k])).ToArray();
        random.Shuffle(pairs.AsSpan());
        return pairs;
    }

    // All out-of-scope prompts in random order, then all again in another.
    private int Negative(long place)
    {
        var number = place / texts.OutOfScope;
        if (pass.Pass != number) pass = (number, RandomStream.For(settings.Seed, "bridge-negatives", number).Permutation(texts.OutOfScope));
        return pass.Order[(int)(place % texts.OutOfScope)];
    }

    private int[][] Batches(int[] items, RandomStream random) =>
        [.. items.Select(i => (Item: i, Key: texts.Ids[i].Length + (random.Unit() * LengthNoise))).OrderBy(i => i.Key).Select(i => i.Item).Chunk(settings.Batch)];
}
