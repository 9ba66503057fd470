using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Serving;

/// <summary>
/// The edited LLM: f([B(E(p)); embed(p)]) (METHOD section 1). Each encoder reads the user's prompt only, once for each request. Where the gate is closed the LLM receives
/// exactly what the unedited one receives, so its logits are the base model's bit for bit.
/// </summary>
public sealed class EditedModel : Answerer
{
    private const int NearestShown = 5;

    /// <param name="llm">The frozen LLM; stays the caller's.</param>
    /// <param name="shards">At least one.</param>
    /// <param name="layout">Where the soft prompt stands.</param>
    /// <param name="routing">How several shards serve a prompt.</param>
    /// <param name="artifactIds">Ids of encoders and bridges, for score cards.</param>
    public EditedModel(Llm llm, IReadOnlyList<Shard> shards, SoftPromptLayout layout, ShardRouting routing = ShardRouting.Route, IReadOnlyList<string>? artifactIds = null)
    {
        if (shards.Count == 0) throw new ArgumentException("an edited model needs at least one shard", nameof(shards));
        foreach (var shard in shards)
        {
            if (shard.Rule.NeedsKeys && shard.Keys is null)
                throw new ArgumentException("addressing by the nearest edit, and gates on similarity, need the stored keys of the edits; give the edits, or a bridge trained with them");
            if (shard.Keys is not null && !string.Equals(shard.Keys.EncoderId, shard.Encoder.ArtifactId, StringComparison.Ordinal))
                throw new InvalidDataException($"the keys were made by encoder {shard.Keys.EncoderId}, not by {shard.Encoder.ArtifactId}; build the keys with the encoder that serves");
        }
        (Llm, Shards, Layout, Routing, ArtifactIds) = (llm, shards, layout, routing, artifactIds ?? []);
    }

    /// <inheritdoc/>
    public override string Name => "mindbridge";

    /// <inheritdoc/>
    public override Llm Llm { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ArtifactIds { get; }

    /// <summary>The parts of the memory.</summary>
    public IReadOnlyList<Shard> Shards { get; }

    /// <summary>Where the soft prompt stands.</summary>
    public SoftPromptLayout Layout { get; }

    /// <summary>How several shards serve a prompt.</summary>
    public ShardRouting Routing { get; }

    /// <inheritdoc/>
    public override int MostSoftTokens => Routing is ShardRouting.Concatenate ? Shards.Sum(s => s.Projector.SoftTokens) : Shards.Max(s => s.Projector.SoftTokens);

    /// <summary>The same memory under another rule (every row of {direct, nearest} x {gate on, off} is such a view); nothing is copied.</summary>
    public EditedModel With(Func<Shard, DecisionRule> rule) => new(Llm, [.. Shards.Select(s => s with { Rule = rule(s) })], Layout, Routing, ArtifactIds);

    /// <inheritdoc/>
    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null)
    {
        if (prompts.Count == 0) return [];
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var read = readByEncoder ?? prompts;
        var prepared = Prepare(prompts, [.. Shards.Select(s => View(s, read, s.Encoder.Features(read)))]);
        foreach (var request in prepared) request.SoftPrompt?.MoveToOuterDisposeScope();
        return prepared;
    }

    /// <summary>
    /// <see cref="Prepare(IReadOnlyList{string}, IReadOnlyList{string}?)"/> for prompts of different callers that came together: one pass of the encoder for those of like length, and every
    /// request exactly what it would be alone.
    /// </summary>
    /// <param name="prompts">What the LLM reads.</param>
    /// <param name="questions">What the memory reads of each: the prompt, or of a conversation what the user asked last.</param>
    public IReadOnlyList<Request> PrepareEach(IReadOnlyList<string> prompts, IReadOnlyList<string> questions)
    {
        if (prompts.Count == 0) return [];
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var features = Shards.Select(s => s.Encoder.FeaturesOfEach(questions)).ToList();
        var prepared = new List<Request>(prompts.Count);
        for (var i = 0; i < prompts.Count; i++)
        {
            string[] asked = [questions[i]];
            prepared.AddRange(Prepare([prompts[i]], [.. Shards.Select((s, k) => View(s, asked, features[k].narrow(0, i, 1)))]));
            prepared[i].SoftPrompt?.MoveToOuterDisposeScope();
        }

        return prepared;
    }

    /// <summary>
    /// The decision where a question's words alone make it: addressing by subject behind the gate on its relation. The encoder reads nothing, so the decision knows nothing of features. Null where
    /// a feature is needed: under any other rule, and where several shards are open and the surest must be found.
    /// </summary>
    /// <param name="question">What the memory reads: the prompt, or of a conversation what the user asked last.</param>
    public Decision? DecideByWords(string question)
    {
        if (!Shards.All(s => s.Rule.RestsOnWords)) return null;
        var found = Shards.Select(s => Found.In(s, question)).ToList();
        if (found.Count(f => f.Verdict.Open) > 1) return null;
        var shard = Math.Max(0, found.FindIndex(f => f.Verdict.Open));
        var (addressed, evidence, verdict) = found[shard];
        return new Decision(verdict.Open, verdict.Reason, shard, evidence, addressed, []);
    }

    /// <summary>[soft tokens, width], the caller's: what the bridge makes of the edit that a decision by words fired. An edit's is always the same.</summary>
    public Tensor SoftPromptOf(Decision decision)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var shard = Shards[decision.Shard];
        return SoftPrompts(shard, shard.Keys!.Values.narrow(0, decision.Fired!.Index, 1))[0].clone().MoveToOuterDisposeScope();
    }

    private List<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<ShardView> views)
    {
        var chosen = new int[prompts.Count];
        for (var i = 0; i < prompts.Count; i++)
            for (var s = 1; s < views.Count; s++)
                if (views[s].Certainty(i) > views[chosen[i]].Certainty(i)) chosen[i] = s;

        // Which shards' soft prompts each prompt receives; projected for all prompts of a shard at once.
        var given = new List<Tensor>[prompts.Count];
        for (var i = 0; i < prompts.Count; i++) given[i] = [];
        for (var s = 0; s < views.Count; s++)
        {
            var rows = Enumerable.Range(0, prompts.Count)
                .Where(i => views[s].Verdicts[i].Open && (Routing is ShardRouting.Concatenate || chosen[i] == s)).ToArray();
            if (rows.Length == 0) continue;
            var shard = Shards[s];
            var features = shard.Rule.Addressing is AddressingMode.Direct
                ? views[s].Features.index_select(0, Rows(rows))
                : shard.Keys!.Values.index_select(0, Rows([.. rows.Select(i => views[s].Addressed[i]!.Index)]));
            var soft = SoftPrompts(shard, features);
            for (var k = 0; k < rows.Length; k++) given[rows[k]].Add(soft[k]);
        }

        var result = new List<Request>(prompts.Count);
        for (var i = 0; i < prompts.Count; i++)
        {
            var shard = Routing is ShardRouting.Concatenate && given[i].Count > 0 && !views[chosen[i]].Verdicts[i].Open
                ? Enumerable.Range(0, views.Count).First(s => views[s].Verdicts[i].Open) : chosen[i];
            var soft = given[i].Count switch { 0 => null, 1 => given[i][0].clone(), _ => cat(given[i], 0) };
            result.Add(RequestOf(prompts[i], soft, new Decision(soft is not null, views[shard].Verdicts[i].Reason, shard, views[shard].Evidence[i], views[shard].Addressed[i], views[shard].Nearest[i])));
        }
        return result;
    }

    private Request RequestOf(string prompt, Tensor? soft, Decision decision)
    {
        var ids = Llm.Encode(prompt);
        return new Request { Prompt = prompt, Ids = ids, SoftPrompt = soft, SoftAt = soft is null ? 0 : Request.PlaceOf(Layout, ids, Llm.Tokenizer.Bos), Decision = decision };
    }

    // [rows, soft tokens, width]
    private static Tensor SoftPrompts(Shard shard, Tensor features) => shard.Projector.forward(features.to(shard.Projector.parameters().First().device));

    private static ShardView View(Shard shard, IReadOnlyList<string> read, Tensor features)
    {
        var inScope = shard.Encoder.InScope(features);
        var nearest = shard.Keys?.Nearest(features, NearestShown) ?? [.. read.Select(_ => (IReadOnlyList<NearestEdit>)[])];
        var named = shard.Rule.NeedsSubjects ? shard.Keys!.Named(read, features) : null;
        var evidence = new Evidence[read.Count];
        var verdicts = new Verdict[read.Count];
        var addressed = new NearestEdit?[read.Count];
        for (var i = 0; i < read.Count; i++)
        {
            var bySubject = named is { } all && all[i].Count > 0 ? all[i][0] : ((NearestEdit Edit, RelationScore Relation)?)null;
            addressed[i] = shard.Rule.Addressing is AddressingMode.Subject ? bySubject?.Edit : nearest[i].Count > 0 ? nearest[i][0] : null;
            var isNamed = bySubject is { } found && found.Edit.Index == addressed[i]?.Index;
            evidence[i] = new Evidence(inScope[i], addressed[i]?.Similarity ?? float.NaN, Margin(nearest[i]), isNamed, isNamed ? bySubject!.Value.Relation.Lead : float.NaN);
            verdicts[i] = shard.Rule.Decide(addressed[i], evidence[i]);
        }
        return new ShardView(features, nearest, addressed, evidence, verdicts);
    }

    private static float Margin(IReadOnlyList<NearestEdit> nearest) => nearest.Count switch
    {
        0 => float.NaN,
        1 => 1 + nearest[0].Similarity,
        _ => nearest[0].Similarity - nearest[1].Similarity,
    };

    private static Tensor Rows(int[] rows) => tensor(rows.Select(r => (long)r).ToArray());

    // What the words of a question lead to in one shard.
    private sealed record Found(NearestEdit? Addressed, Evidence Evidence, Verdict Verdict)
    {
        public static Found In(Shard shard, string question)
        {
            var named = shard.Keys!.Named(question);
            var addressed = named.Count > 0 ? new NearestEdit(shard.Keys.Edits[named[0].Edit], named[0].Edit, float.NaN) : null;
            var evidence = new Evidence(float.NaN, float.NaN, float.NaN, addressed is not null, addressed is not null ? named[0].Relation.Lead : float.NaN);
            return new Found(addressed, evidence, shard.Rule.Decide(addressed, evidence));
        }
    }

    private sealed record ShardView(Tensor Features, IReadOnlyList<IReadOnlyList<NearestEdit>> Nearest, NearestEdit?[] Addressed, Evidence[] Evidence, Verdict[] Verdicts)
    {
        // Open shards come before closed ones; between them, similarity where there are keys (features of one LLM-free space each), else the existence score.
        public double Certainty(int i) =>
            (Verdicts[i].Open ? 10 : 0) + Evidence[i].InScope + (float.IsNaN(Evidence[i].Similarity) ? 0 : Evidence[i].Similarity);
    }
}
