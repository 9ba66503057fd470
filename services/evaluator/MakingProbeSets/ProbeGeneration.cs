using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.MakingProbeSets;

/// <summary>Makes probe sets from what the edit registry holds.</summary>
internal sealed class ProbeGeneration(OwnedMemories memories, ProbeSetStore sets, MemoryEdits edits)
{
    private const int DefaultProbes = 1000, MostProbes = 100_000;

    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    /// <exception cref="ArgumentException">It has no edit, or the number of probes is none.</exception>
    public async Task<ProbeSet> GenerateAsync(Caller caller, Guid memory, string name, int most, ulong seed, CancellationToken cancellationToken)
    {
        if (most is < 0 or > MostProbes) throw new ArgumentException($"most is {most}; give 1 to {MostProbes} probes");
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        var probes = GeneratedProbes.Of(await edits.ReadAsync(owned.Tenant, memory, owned.LastCommitSequence, cancellationToken), most == 0 ? DefaultProbes : most, seed);
        if (probes.Count == 0) throw new ArgumentException($"memory {owned.Name} has no edit yet to make probes from; import and commit edits first");
        return await sets.KeepAsync(caller, owned.Tenant, memory, name.Length == 0 ? ProbeSet.Generated : name, ProbeSet.Generated, probes, cancellationToken);
    }
}
