using MindBridge.Memory.Batching;
using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Pretraining;

/// <summary>Which objectives a step trains.</summary>
internal enum StepPhase
{
    Injection,
    Heads,
    Joint,
}

/// <summary>
/// Says what every step reads. A step is a pure function of (settings, seed, step number): it can be built on another thread while a model is busy, and
/// a resumed run needs no more than the number.
/// </summary>
internal sealed class StepPlan(TokenisedMemory memory, EncoderTrainingSettings settings)
{
    private (long Epoch, int[] Order) edits = (-1, []);
    private (long Pass, int[] Order) negatives = (-1, []);

    public long StepsPerEpoch => (memory.Edits.Count + settings.Batch - 1) / settings.Batch;

    public long Steps => StepsPerEpoch * settings.Epochs!.Value;

    public StepPhase PhaseOf(long step)
    {
        if (settings.Schedule is TrainingSchedule.Joint) return StepPhase.Joint;
        var part = (double)(step / StepsPerEpoch) / settings.Epochs!.Value;
        if (part < settings.InjectionPhase) return StepPhase.Injection;
        return part < settings.InjectionPhase + settings.HeadsPhase ? StepPhase.Heads : StepPhase.Joint;
    }

    public EncoderStep Build(long step)
    {
        var phase = PhaseOf(step);
        var random = RandomStream.For(settings.Seed, "encoder-step", step);
        var mine = EditsOf(step);
        var others = settings.Existence > 0 || settings.Contrast > 0 ? NegativesOf(step, mine, random) : [];
        if (phase is StepPhase.Heads) return HeadsStep(mine, others);

        var prefixes = memory.Prefixes.Draw(random, settings.PrefixShare);
        var rows = new List<Row>();
        var masked = new List<long>();
        if (settings.Injection > 0)
            foreach (var i in mine) rows.Add(MaskedFact(memory.Edits[i], prefixes.Next(random).Ids, random, masked));
        if (phase is StepPhase.Injection || settings.Association + settings.Existence + settings.Contrast == 0)
            return new EncoderStep(new RowBatch(rows), [.. masked], 0, 0, 0, null, null, []);

        var dummy = new List<Row>();
        var objects = new List<long>();
        foreach (var i in mine)
        {
            var edit = memory.Edits[i];
            var prompt = Wording(edit.Prompts, random);
            var prefix = prefixes.Next(random).Ids;
            rows.Add(Prompt(prefix, prompt));
            if (settings.Association > 0) dummy.Add(Question(prefix, prompt, edit.Object, objects));
        }

        foreach (var i in others) rows.Add(Prompt(prefixes.Next(random).Ids, Wording(memory.OutOfScope[i], random)));
        var second = 0;
        if (settings.Contrast > 0)
        {
            var again = memory.Prefixes.Draw(random, settings.PrefixShare);
            foreach (var i in mine) rows.Add(Prompt(again.Next(random).Ids, random.Pick(memory.Edits[i].Prompts)));
            second = mine.Length;
        }

        return new EncoderStep(new RowBatch(rows), [.. masked], mine.Length, others.Length, second, null,
            dummy.Count > 0 ? new RowBatch(dummy) : null, [.. objects]);
    }

    // The cache holds the features of all edits' own prompts, then of all out-of-scope prompts.
    private EncoderStep HeadsStep(int[] mine, int[] others)
    {
        var dummy = new List<Row>();
        var objects = new List<long>();
        if (settings.Association > 0)
            foreach (var i in mine) dummy.Add(Question([], memory.Edits[i].Prompts[0], memory.Edits[i].Object, objects));
        long[] cached = [.. mine.Select(i => (long)i), .. others.Select(i => (long)memory.Edits.Count + i)];
        return new EncoderStep(null, [], mine.Length, others.Length, 0, cached, dummy.Count > 0 ? new RowBatch(dummy) : null, [.. objects]);
    }

    private int[] EditsOf(long step)
    {
        var epoch = step / StepsPerEpoch;
        if (edits.Epoch != epoch) edits = (epoch, RandomStream.For(settings.Seed, "encoder-edits", epoch).Permutation(memory.Edits.Count));
        var first = (int)(step % StepsPerEpoch) * settings.Batch;
        var count = Math.Min(settings.Batch, memory.Edits.Count);
        // The last step of an epoch is filled up from its beginning, so that every step weighs the same.
        return [.. Enumerable.Range(first, count).Select(k => edits.Order[k % edits.Order.Length])];
    }

    private int[] NegativesOf(long step, int[] mine, RandomStream random)
    {
        if (memory.OutOfScope.Count == 0) return [];
        var chosen = new int[mine.Length];
        var hard = new List<int>();
        if (settings.HardShare is { } share)
        {
            var wanted = (int)Math.Round(share * chosen.Length);
            foreach (var i in mine.Where(i => memory.HardOf[i].Length > 0).Take(wanted)) hard.Add(random.Pick(memory.HardOf[i]));
        }

        for (var k = 0; k < chosen.Length; k++) chosen[k] = k < hard.Count ? hard[k] : Negative((step * settings.Batch) + k);
        return chosen;
    }

    // All out-of-scope prompts in random order, then all again in another.
    private int Negative(long place)
    {
        var pass = place / memory.OutOfScope.Count;
        if (negatives.Pass != pass) negatives = (pass, RandomStream.For(settings.Seed, "encoder-negatives", pass).Permutation(memory.OutOfScope.Count));
        return negatives.Order[(int)(place % memory.OutOfScope.Count)];
    }

    private int[] Wording(int[][] wordings, RandomStream random) =>
        wordings.Length > 1 && random.Chance(settings.WordingShare) ? wordings[1 + random.Below(wordings.Length - 1)] : wordings[0];

    private Row MaskedFact(TokenisedEdit edit, int[] prefix, RandomStream random, List<long> masked)
    {
        var fact = edit.Facts.Length > 1 && random.Chance(settings.WordingShare) ? edit.Facts[1 + random.Below(edit.Facts.Length - 1)] : edit.Facts[0];
        int[][] elements = settings.Mask switch
        {
            ElementMask.Object => [fact.Object],
            ElementMask.SubjectOrObject => [fact.Subject, fact.Object],
            _ => [fact.Subject, fact.Relation, fact.Object],
        };
        // A wording without its subject masks the object instead.
        var element = random.Pick(elements) is { Length: > 0 } some ? some : fact.Object;
        var hide = new bool[fact.Ids.Length];
        foreach (var i in element) hide[i] = true;
        if (settings.RandomMask > 0)
        {
            // Whole words: one draw decides for all pieces of a word.
            var (word, drawn) = (-1, false);
            for (var i = 0; i < hide.Length; i++)
            {
                if (fact.Words[i] != word) (word, drawn) = (fact.Words[i], random.Chance(settings.RandomMask));
                hide[i] |= drawn;
            }
        }

        var before = Fit(prefix, fact.Ids.Length + 2);
        int[] ids = [memory.Classify, .. before, .. fact.Ids, memory.Separate];
        var at = new List<int>();
        for (var i = 0; i < hide.Length; i++)
        {
            if (!hide[i]) continue;
            var column = 1 + before.Length + i;
            ids[column] = memory.Mask;
            at.Add(column);
            masked.Add(fact.Ids[i]);
        }

        return new Row(ids, [.. at]);
    }

    private Row Prompt(int[] prefix, int[] prompt) =>
        new([memory.Classify, .. Fit(prefix, prompt.Length + 2), .. prompt, memory.Separate], 0);

    private Row Question(int[] prefix, int[] prompt, int[] target, List<long> objects)
    {
        var before = Fit(prefix, prompt.Length + target.Length + memory.FullStop.Length + 3);
        // Column 0 is the slot of the feature; whatever id stands there is never embedded.
        int[] ids = [memory.Classify, memory.Classify, .. before, .. prompt, .. Enumerable.Repeat(memory.Mask, target.Length), .. memory.FullStop, memory.Separate];
        var first = 2 + before.Length + prompt.Length;
        foreach (var piece in target) objects.Add(piece);
        return new Row(ids, [.. Enumerable.Range(first, target.Length)], [0]);
    }

    // A prefix that does not fit beside the fact is left out.
    private int[] Fit(int[] prefix, int others) => prefix.Length + others <= memory.Longest ? prefix : [];
}
