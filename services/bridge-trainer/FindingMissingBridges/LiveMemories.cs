using MindBridge.Artifacts;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.BridgeTrainer.FindingMissingBridges;

/// <summary>A memory's encoders and an LLM version: what a bridge joins.</summary>
internal sealed record Pair(Wire.EncoderSet Set, Wire.LlmVersion Llm)
{
    public Guid MemoryId => Guid.Parse(Set.MemoryId);

    public Guid LlmId => Guid.Parse(Llm.Id);
}

/// <summary>Asks the services that know: the encoder-trainer for what is trained, the registry for what is released.</summary>
internal sealed class LiveMemories(ServiceClients services, BridgeRecipes recipes)
{
    /// <summary>Every pair that should have a bridge; of one memory or LLM version, or of all. A memory without encoders has nothing to bridge.</summary>
    public async Task<IReadOnlyList<Pair>> PairsAsync(Guid? memory, Guid? llm, CancellationToken cancellationToken)
    {
        var sets = await services.Encoders().ListEncoderSetsAsync(new Wire.ListEncoderSetsRequest { MemoryId = memory?.ToString() ?? "" }, cancellationToken: cancellationToken);
        var llms = await services.EditRegistry().ListLlmsAsync(new Wire.ListLlmsRequest(), cancellationToken: cancellationToken);
        return
        [
            .. from set in sets.Sets
               where set.Parts.Count > 0
               from version in llms.Llms
               where llm is null || version.Id == llm.ToString()
               select new Pair(set, version),
        ];
    }

    /// <summary>What a pair's bridge is made from: equal keys, equal projectors.</summary>
    public string KeyOf(Pair pair)
    {
        var parts = pair.Set.Parts.Select(part => new { part.EncoderId, Recipe = recipes.HashFor(part.EditCount) });
        return $"{pair.MemoryId}/{pair.LlmId}/{Artifact.HashOfValue(new { Parts = parts, Llm = pair.Llm.ContentHash })}";
    }
}
