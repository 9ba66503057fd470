using MindBridge.Memory.Batching;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Scoring;
using MindBridge.Models;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Pretraining;

/// <summary>Scores an encoder under training on held-out paraphrases and out-of-scope prompts, with the frozen copy and the heads but no LLM.</summary>
internal sealed class EncoderValidation
{
    private const int RowsABatch = 128;

    // Enough to tell two checkpoints apart; more would cost training time.
    private const int MostProbes = 300;

    private readonly int[][] prompts;
    private readonly int paraphrases;
    private readonly List<Row> questions = [];
    private readonly List<int[]> objects = [];
    private readonly int[] ownEdit;
    private readonly int[][] editPrompts;

    public EncoderValidation(EncoderTrainingData data, TokenisedMemory memory, TextTokenizer tokenizer)
    {
        var room = memory.Longest - 8;
        var inScope = Some(data.Validation.Where(p => p.Kind is ProbeKind.Generality or ProbeKind.Reliability));
        var outOfScope = Some(data.Validation.Where(p => p.Kind is ProbeKind.LocalityHeldOut or ProbeKind.LocalityNeighbour or ProbeKind.LocalitySameSubject));
        paraphrases = inScope.Length;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < data.Edits.Count; i++) index.TryAdd(data.Edits[i].Id, i);
        ownEdit = [.. inScope.Select(p => p.EditId is { } id && index.TryGetValue(id, out var i) ? i : -1)];
        foreach (var probe in inScope)
        {
            int[] target = [.. tokenizer.Encode(probe.Answer, special: false)];
            var prompt = TokenisedMemory.Pieces(tokenizer, probe.Prompt, room - target.Length);
            questions.Add(Question(memory, prompt, target));
            objects.Add(target);
        }

        prompts = [.. inScope.Concat(outOfScope).Select(p => Prompt(memory, TokenisedMemory.Pieces(tokenizer, p.Prompt, room)))];
        editPrompts = [.. memory.Edits.Select(e => Prompt(memory, e.Prompts[0]))];
    }

    // Evenly over the file, so that an ordered one is not cut at its end.
    private static Probe[] Some(IEnumerable<Probe> probes)
    {
        var all = probes.ToArray();
        return all.Length <= MostProbes ? all : [.. Enumerable.Range(0, MostProbes).Select(i => all[(long)i * all.Length / MostProbes])];
    }

    /// <summary>True when there is nothing to score with.</summary>
    public bool Empty => prompts.Length == 0 || paraphrases == 0;

    /// <summary>Scores the encoder as it is; it is in eval mode afterwards.</summary>
    public EncoderScore Score(MaskedLanguageModel encoder, MaskedLanguageModel dummy, Perceptron association, ExistenceHead existence, EncoderTrainingSettings settings)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        encoder.eval();
        var features = MemoryEncoder.Features(encoder, prompts, CancellationToken.None);
        var auc = double.NaN;
        if (settings.Existence > 0 && prompts.Length > paraphrases)
        {
            var logits = existence.forward(features);
            var evidence = logits.select(1, 1).sub(logits.select(1, 0)).cpu().data<float>().ToArray();
            auc = Auc(evidence.AsSpan(0, paraphrases), evidence.AsSpan(paraphrases));
        }

        var filled = settings.Association > 0 ? Filled(features.narrow(0, 0, paraphrases), dummy, association, [.. Enumerable.Range(0, paraphrases)]) : double.NaN;
        var known = Enumerable.Range(0, ownEdit.Length).Where(i => ownEdit[i] >= 0).ToArray();
        if (known.Length == 0) return new EncoderScore(filled, double.NaN, auc, double.NaN, paraphrases);
        var keys = MemoryEncoder.Features(encoder, editPrompts, CancellationToken.None);
        var recall = settings.Association > 0 ? Filled(keys.index_select(0, tensor(known.Select(i => (long)ownEdit[i]).ToArray(), device: keys.device)), dummy, association, known) : double.NaN;
        return new EncoderScore(filled, recall, auc, Addressed(keys, features.narrow(0, 0, paraphrases), known), paraphrases);
    }

    /// <summary>Area under the ROC curve: the part of pairs in which the positive scores higher, ties counted half.</summary>
    internal static double Auc(ReadOnlySpan<float> positives, ReadOnlySpan<float> negatives)
    {
        var sorted = negatives.ToArray();
        Array.Sort(sorted);
        double sum = 0;
        foreach (var value in positives)
        {
            var below = LowerBound(sorted, value, orEqual: false);
            var upTo = LowerBound(sorted, value, orEqual: true);
            sum += below + (0.5 * (upTo - below));
        }

        return sum / ((double)positives.Length * negatives.Length);
    }

    private static int LowerBound(float[] sorted, float value, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value)) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    // A row of features for each of the asked questions.
    private double Filled(Tensor features, MaskedLanguageModel dummy, Perceptron association, int[] asked)
    {
        var memories = association.forward(features);
        long right = 0, all = 0;
        foreach (var batch in Enumerable.Range(0, asked.Length).OrderBy(i => questions[asked[i]].Length).Chunk(RowsABatch))
        {
            using var scope = NewDisposeScope();
            var given = memories.index_select(0, tensor(batch.Select(i => (long)i).ToArray(), device: memories.device));
            var rows = new RowBatch([.. batch.Select(i => questions[asked[i]])], mostBlocks: 1);
            var answers = dummy.Logits(rows.Hidden(dummy, given)).argmax(1).cpu().data<long>().ToArray();
            var expected = batch.SelectMany(i => objects[asked[i]]).ToArray();
            for (var k = 0; k < expected.Length; k++) right += answers[k] == expected[k] ? 1 : 0;
            all += expected.Length;
        }

        return (double)right / all;
    }

    private double Addressed(Tensor keys, Tensor features, int[] known)
    {
        var centre = keys.mean([0]);
        var unitKeys = nn.functional.normalize(keys.sub(centre), 2, 1);
        var queries = nn.functional.normalize(features.sub(centre), 2, 1);
        var nearest = queries.matmul(unitKeys.t()).argmax(1).cpu().data<long>().ToArray();
        return (double)known.Count(i => nearest[i] == ownEdit[i]) / known.Length;
    }

    private static int[] Prompt(TokenisedMemory memory, int[] prompt) => [memory.Classify, .. prompt, memory.Separate];

    private static Row Question(TokenisedMemory memory, int[] prompt, int[] target)
    {
        int[] ids = [memory.Classify, memory.Classify, .. prompt, .. Enumerable.Repeat(memory.Mask, target.Length), .. memory.FullStop, memory.Separate];
        return new Row(ids, [.. Enumerable.Range(2 + prompt.Length, target.Length)], [0]);
    }
}
