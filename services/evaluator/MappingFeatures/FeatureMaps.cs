using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.MappingFeatures;

/// <summary>A prompt of an evaluation in the plane.</summary>
/// <param name="Kind">One of <see cref="PointKind"/>.</param>
/// <param name="Outcome">The prompt, and how it was scored.</param>
/// <param name="X">Along the direction in which the features vary most.</param>
/// <param name="Y">Along the next one.</param>
/// <param name="Existence">From 0 to 1: how much the encoder holds the prompt for one about an edit.</param>
internal sealed record FeaturePoint(string Kind, ProbeOutcome Outcome, double X, double Y, double Existence);

/// <summary>An evaluation's prompts as the bridge's encoder sees them.</summary>
/// <param name="Evaluation">Of which bridge.</param>
/// <param name="Points">One a prompt that is shown.</param>
/// <param name="Prompts">How many there were.</param>
/// <param name="Mapped">Which encoder, and how much of its features the two directions show.</param>
internal sealed record FeatureMap(Evaluation Evaluation, IReadOnlyList<FeaturePoint> Points, int Prompts, Wire.MappedFeatures Mapped);

/// <summary>Has inference map the prompts of an evaluation with the very bridge that was scored. A map never changes, and those that were asked for lately are kept.</summary>
internal sealed class FeatureMaps(Evaluations evaluations, ServiceClients services)
{
    private const int DefaultPoints = 400, MostPoints = 1000, Kept = 32;
    private readonly Lock gate = new();
    private readonly LinkedList<((Guid Evaluation, int Shard, int Most) Key, FeatureMap Map)> kept = new();

    /// <param name="caller">Who asks.</param>
    /// <param name="id">The evaluation.</param>
    /// <param name="shard">Which of the bridge's encoders, from 0.</param>
    /// <param name="most">Most points; 0: as many as are shown by default.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    /// <exception cref="ArgumentException">It has nothing to map, or there is no such shard.</exception>
    public async Task<FeatureMap> ReadAsync(Caller caller, Guid id, int shard, int most, CancellationToken cancellationToken)
    {
        if (most is < 0 or > MostPoints) throw new ArgumentException($"most_points is {most}; give 1 to {MostPoints}, or 0 for {DefaultPoints}");
        if (shard < 0) throw new ArgumentException($"shard is {shard}; shards are counted from 0");
        // Who may see it is asked each time.
        var evaluation = await evaluations.FindAsync(caller, id, cancellationToken);
        var key = (id, shard, most == 0 ? DefaultPoints : most);
        if (Known(key) is { } known) return known;
        var (_, outcomes) = await evaluations.GetAsync(caller, id, cancellationToken);
        var shown = outcomes.Where(o => PointKind.Of(o.Kind) is not null).DistinctBy(o => (o.Kind, o.Prompt)).ToList();
        if (shown.Count == 0) throw new ArgumentException($"evaluation {id} asked nothing about edits, so there is nothing to map; name one of kind \"memory\"");
        var drawn = ProbeSample.Draw(shown, key.Item3, o => o.Kind, o => $"{o.Kind}\u0001{o.EditId}\u0001{o.Prompt}");
        var request = new Wire.MapFeaturesRequest
        {
            Target = new Wire.Target { Llm = evaluation.LlmId.ToString(), Memory = evaluation.MemoryId.ToString(), BridgeId = evaluation.BridgeId },
            Shard = shard,
            Prompts = { drawn.Select(o => new Wire.MappedPrompt { Prompt = o.Prompt, EditId = o.EditId ?? "" }) },
        };
        var mapped = await services.Inference(evaluation.TenantId).MapFeaturesAsync(request, cancellationToken: cancellationToken);
        var points = mapped.Features.Select(f => new FeaturePoint(PointKind.Of(drawn[f.Index].Kind)!, drawn[f.Index], f.X, f.Y, f.Existence));
        return Keep(key, new FeatureMap(evaluation, [.. points], shown.Count, mapped));
    }

    private FeatureMap? Known((Guid, int, int) key)
    {
        lock (gate)
        {
            for (var place = kept.First; place is not null; place = place.Next)
            {
                if (place.Value.Key != key) continue;
                kept.Remove(place);
                kept.AddFirst(place);
                return place.Value.Map;
            }

            return null;
        }
    }

    private FeatureMap Keep((Guid, int, int) key, FeatureMap map)
    {
        lock (gate)
        {
            kept.AddFirst((key, map));
            if (kept.Count > Kept) kept.RemoveLast();
        }

        return map;
    }
}

/// <summary>What a prompt is to the memory.</summary>
internal static class PointKind
{
    public const string Edit = "edit", Paraphrase = "paraphrase", Neighbour = "neighbour", OutOfScope = "out-of-scope";

    /// <summary>Of a probe's kind; null for what is neither in scope nor out of it.</summary>
    public static string? Of(string probe) => probe switch
    {
        nameof(ProbeKind.Reliability) => Edit,
        nameof(ProbeKind.Generality) => Paraphrase,
        nameof(ProbeKind.LocalityNeighbour) or nameof(ProbeKind.LocalitySameSubject) => Neighbour,
        nameof(ProbeKind.LocalityHeldOut) => OutOfScope,
        _ => null,
    };
}
