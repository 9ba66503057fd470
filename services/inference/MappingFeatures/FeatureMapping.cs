using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Reporting;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.MappingFeatures;

/// <summary>
/// The features of prompts as one encoder of a bridge makes them, in the two directions in which they vary most (METHOD section 7; the paper's Fig. 4): whether edits lie apart from everything else.
/// </summary>
internal sealed class FeatureMapping
{
    private const int MostPrompts = 1000, LongestPrompt = 16_384, MostCharacters = 1 << 20;
    // Between two passes whoever waits for the encoder has it.
    private const int AtOnce = 32;

    /// <exception cref="ArgumentException">No memory was named, there is no such shard, or a prompt will not do.</exception>
    /// <exception cref="BusyException">Too many of the tenant's maps wait for the encoder already.</exception>
    public async Task<Wire.MappedFeatures> MapAsync(Answering answering, int shard, IReadOnlyList<Wire.MappedPrompt> prompts, string tenant, CancellationToken cancellationToken)
    {
        if (answering.Served is not { } served) throw new ArgumentException("target names no memory; the unedited LLM has no encoder whose features could be mapped");
        var parts = served.Manifest.Parts;
        if (shard < 0 || shard >= parts.Count) throw new ArgumentException($"shard is {shard}; bridge {served.BridgeId} has {parts.Count}, counted from 0");
        if (prompts.Count > MostPrompts) throw new ArgumentException($"{prompts.Count} prompts are too many for a map; give at most {MostPrompts}");
        for (var i = 0; i < prompts.Count; i++)
            if (string.IsNullOrWhiteSpace(prompts[i].Prompt) || prompts[i].Prompt.Length > LongestPrompt) throw new ArgumentException($"prompt {i} has {prompts[i].Prompt.Length} characters; give 1 to {LongestPrompt}");
        if (prompts.Sum(p => p.Prompt.Length) is > MostCharacters and var characters) throw new ArgumentException($"the prompts have {characters} characters together; give at most {MostCharacters}");
        var encoder = served.Encoders[shard];
        // What another shard holds is out of this one's scope, and would look like a mistake of this encoder's.
        var mine = parts.Count == 1 ? null : encoder.Keys.Edits.Select(e => e.EditId).ToHashSet(StringComparer.Ordinal);
        var shown = Enumerable.Range(0, prompts.Count).Where(i => mine is null || prompts[i].EditId.Length == 0 || mine.Contains(prompts[i].EditId)).ToList();
        var (features, existence) = (new List<float[]>(shown.Count), new List<float>(shown.Count));
        foreach (var some in shown.Select(i => prompts[i].Prompt).Chunk(AtOnce))
        {
            // The turn is the work's, which goes on when nobody waits for it.
            var turn = await encoder.Maps.EnterAsync(tenant, cancellationToken);
            var read = await answering.WaitAsync(Task.Run(() => Read(encoder, some, turn), CancellationToken.None), cancellationToken);
            features.AddRange(read.Features);
            existence.AddRange(read.Existence);
        }

        var places = PrincipalComponents.Project(features);
        var (x, y) = PrincipalComponents.Shares(features, places);
        var map = new Wire.MappedFeatures { BridgeId = served.BridgeId, EncoderId = parts[shard].EncoderId, ShardId = parts[shard].ShardId.ToString(), Shards = parts.Count, XShare = 100 * x, YShare = 100 * y };
        map.Features.AddRange(shown.Select((i, k) => new Wire.MappedFeature { Index = i, X = places[k][0], Y = places[k][1], Existence = existence[k] }));
        return map;
    }

    private static (IEnumerable<float[]> Features, IReadOnlyList<float> Existence) Read(EncoderPart part, IReadOnlyList<string> prompts, Lane.Turn turn)
    {
        using (turn)
        lock (part.Gate)
        {
            using var made = part.Encoder.Features(prompts);
            return (made.data<float>().ToArray().Chunk(part.Encoder.Width), part.Encoder.InScope(made));
        }
    }
}
