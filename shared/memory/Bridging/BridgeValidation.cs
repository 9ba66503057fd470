using MindBridge.Memory.Encoders;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// Scores a bridge under training: the part of held-out paraphrases whose object the LLM answers greedily, and, where L_loc is trained, the part of out-of-scope probes whose first
/// token stays the unedited LLM's. Chooses among checkpoints; reported scores come from the protocols.
/// </summary>
/// <remarks>
/// A bridge without L_loc is served behind addressing and the gate: a paraphrase receives the soft prompt of its edit's key, an out-of-scope prompt none. It is scored as it is served.
/// </remarks>
internal sealed class BridgeValidation : IDisposable
{
    private const int RowsABatch = 256;

    private readonly Llm llm;
    private readonly BridgeTrainingSettings settings;
    private readonly IReadOnlyList<Tensor> features;
    private readonly int[][] prompts;
    private readonly int[][] answers;
    private readonly int paraphrases;
    private readonly long[] before;

    public BridgeValidation(BridgeTrainingData data, BridgeTrainingSettings settings, IReadOnlyList<MemoryEncoder> encoders, Llm llm, CancellationToken cancellationToken)
    {
        (this.llm, this.settings) = (llm, settings);
        var inScope = data.Validation.Where(p => p.Kind is ProbeKind.Generality or ProbeKind.Reliability).ToArray();
        var addressed = settings.Locality == 0;
        var outOfScope = addressed ? [] : data.Validation.Where(p => p.Kind is ProbeKind.LocalityHeldOut or ProbeKind.LocalityNeighbour or ProbeKind.LocalitySameSubject).ToArray();
        var all = inScope.Concat(outOfScope).ToArray();
        paraphrases = inScope.Length;
        prompts = [.. all.Select(p => llm.Encode(p.Prompt).ToArray())];
        answers = [.. inScope.Select(p => llm.EncodeAnswer(p.Prompt, p.Answer)), .. outOfScope.Select(_ => Array.Empty<int>())];
        // Shards from files without ids number their edits alike; which of them a probe means is then not known.
        var keys = data.Edits.GroupBy(e => e.Id, StringComparer.Ordinal).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.First().Prompt, StringComparer.Ordinal);
        var read = all.Select(p => addressed && p.EditId is not null && keys.TryGetValue(p.EditId, out var key) ? key : p.Prompt).ToArray();
        using var scope = NewDisposeScope();
        features = [.. encoders.Select(e => e.Features([.. read.Select(e.Ids)], cancellationToken).to(llm.Model.Device).DetachFromDisposeScope())];
        before = Answers(null, Enumerable.Range(paraphrases, all.Length - paraphrases));
    }

    /// <summary>True when there is nothing to score with.</summary>
    public bool Empty => prompts.Length == 0;

    /// <summary>Generality and locality, each 0 to 1 (NaN without such probes), and their mean.</summary>
    public Dictionary<string, double> Score(IReadOnlyList<Projector> projectors)
    {
        var scores = new Dictionary<string, double>();
        if (paraphrases > 0)
        {
            var given = Answers(projectors, Enumerable.Range(0, paraphrases));
            var (right, next) = (0, 0);
            for (var i = 0; i < paraphrases; i++)
            {
                var exact = true;
                foreach (var token in answers[i]) exact &= given[next++] == token;
                right += exact ? 1 : 0;
            }

            scores["generality"] = (double)right / paraphrases;
        }

        if (before.Length > 0)
            scores["locality"] = (double)Answers(projectors, Enumerable.Range(paraphrases, before.Length)).Zip(before).Count(p => p.First == p.Second) / before.Length;
        scores["score"] = scores.Values.Average();
        return scores;
    }

    public void Dispose()
    {
        foreach (var feature in features) feature.Dispose();
    }

    // The likeliest token at every place of the answers (at the last prompt token where there is none), probe by probe.
    private long[] Answers(IReadOnlyList<Projector>? projectors, IEnumerable<int> probes)
    {
        using var frozen = no_grad();
        var found = new Dictionary<int, long[]>();
        var chosen = probes.ToArray();
        foreach (var batch in chosen.OrderBy(i => prompts[i].Length).Chunk(RowsABatch))
        {
            using var scope = NewDisposeScope();
            Tensor? soft = null;
            if (projectors is not null)
            {
                var index = tensor(batch.Select(i => (long)i).ToArray(), device: llm.Model.Device);
                soft = cat([.. projectors.Select((p, e) => p.forward(features[e].index_select(0, index)))], 1).reshape(-1, llm.Model.Width);
            }

            var slots = projectors is null ? 0 : settings.SoftTokens * projectors.Count;
            var rows = new Batching.RowBatch([.. batch.Select(i => BridgePlan.Whole(prompts[i], answers[i], slots, settings.Layout, llm.Tokenizer.Bos))], mostBlocks: 1);
            var likeliest = llm.Model.Logits(rows.Hidden(llm.Model, soft)).argmax(1).cpu().data<long>().ToArray();
            var next = 0;
            foreach (var i in batch)
            {
                var count = Math.Max(1, answers[i].Length);
                found[i] = likeliest[next..(next + count)];
                next += count;
            }
        }

        return [.. chosen.SelectMany(i => found[i])];
    }
}
