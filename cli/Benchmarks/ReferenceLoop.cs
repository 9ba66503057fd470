using MindBridge.Memory.Batching;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// Both stages as the published code runs them: every row padded to a fixed length, the vocabulary scored at every position, features and teacher computed anew in each step. The
/// rows and the loss are those of our own steps, so that only the way of computing differs.
/// </summary>
internal static class ReferenceLoop
{
    private const int Length = 180;

    /// <summary>The loss of one step of stage I.</summary>
    public static Tensor Loss(EncoderTraining training, EncoderStep step)
    {
        var (encoder, dummy, association, existence, _) = training.Parts;
        var rows = step.Rows!.Source;
        var hidden = encoder.Hidden(encoder.Embed(Ids(rows)), Mask(rows));
        var logits = encoder.Logits(hidden);
        var facts = rows.Count - step.InScope - step.OutOfScope;
        var loss = CrossEntropy(logits.narrow(0, 0, facts), rows.Take(facts), step.Masked);
        var features = hidden.select(1, 0);
        var inScope = features.narrow(0, facts, step.InScope);
        long[] classes = [.. Enumerable.Repeat(1L, step.InScope), .. Enumerable.Repeat(0L, step.OutOfScope)];
        loss = loss.add(nn.functional.cross_entropy(existence.forward(features.narrow(0, facts, classes.Length)), tensor(classes)));

        var questions = step.Dummy!.Source;
        var words = dummy.Embed(Ids(questions));
        var memory = cat([association.forward(inScope).unsqueeze(1), words.narrow(1, 1, Length - 1)], 1);
        var answers = dummy.Logits(dummy.Hidden(memory, Mask(questions)));
        return loss.add(CrossEntropy(answers, questions, step.Objects));
    }

    /// <summary>The loss of one step of stage II, soft prompt before everything.</summary>
    public static Tensor Loss(BridgeTraining training, BridgeStep step)
    {
        var (encoder, llm, projector, texts, _) = training.Parts;
        var edits = step.Prompts.Length - step.Teachers.Length;
        Tensor features, teacher;
        using (no_grad())
        {
            var prompts = step.Prompts.Select(i => new Row(encoder.Ids(texts.Prompts[(int)i]), 0)).ToArray();
            features = encoder.Model.Hidden(encoder.Model.Embed(Ids(prompts)), Mask(prompts)).select(1, 0);
            var alone = step.Teachers.Select(i => new Row(texts.Ids[(int)i])).ToArray();
            var before = llm.Model.Logits(llm.Model.Hidden(llm.Model.Embed(Ids(alone)), Mask(alone)));
            teacher = nn.functional.log_softmax(At(before, alone.Select(r => r.Length - 1)), 1);
        }

        var rows = step.Rows.Source;
        var soft = projector.forward(features);
        var slots = (int)soft.shape[1];
        var words = llm.Model.Embed(Ids(rows));
        var logits = llm.Model.Logits(llm.Model.Hidden(cat([soft, words.narrow(1, slots, Length - slots)], 1), Mask(rows)));
        var memory = CrossEntropy(logits.narrow(0, 0, edits), rows.Take(edits), step.Labels);
        var student = nn.functional.log_softmax(At(logits.narrow(0, edits, step.Teachers.Length), rows.Skip(edits).Select(r => r.At[0])), 1);
        return memory.add(teacher.exp().mul(teacher.sub(student)).sum(1).mean());
    }

    private static Tensor Ids(IReadOnlyList<Row> rows)
    {
        var ids = new long[rows.Count * Length];
        for (var r = 0; r < rows.Count; r++)
            for (var c = 0; c < rows[r].Length; c++) ids[(r * Length) + c] = rows[r].Ids[c];
        return tensor(ids).view(rows.Count, Length);
    }

    private static Tensor Mask(IReadOnlyList<Row> rows)
    {
        var mask = new long[rows.Count * Length];
        for (var r = 0; r < rows.Count; r++) mask.AsSpan(r * Length, rows[r].Length).Fill(1);
        return tensor(mask).view(rows.Count, Length);
    }

    // Over every position, with -100 where nothing is asked.
    private static Tensor CrossEntropy(Tensor logits, IEnumerable<Row> rows, long[] labels)
    {
        var all = new long[logits.shape[0] * Length];
        Array.Fill(all, -100);
        var next = 0;
        foreach (var (row, r) in rows.Select((row, r) => (row, r)))
            foreach (var c in row.At) all[(r * Length) + c] = labels[next++];
        return nn.functional.cross_entropy(logits.reshape(-1, logits.shape[2]), tensor(all), ignore_index: -100);
    }

    private static Tensor At(Tensor logits, IEnumerable<int> columns) =>
        logits.reshape(-1, logits.shape[2]).index_select(0, tensor(columns.Select((c, r) => ((long)r * Length) + c).ToArray()));
}
