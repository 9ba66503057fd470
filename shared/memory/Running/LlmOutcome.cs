using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;

namespace MindBridge.Memory.Running;

/// <summary>Rel, Gen and Loc in percent under one protocol, over <see cref="N"/> probes in all.</summary>
/// <param name="Rel">Edit prompts that give the new object.</param>
/// <param name="Gen">Held-out paraphrases that give it.</param>
/// <param name="Loc">Neighbours and held-out facts that answer as before. Questions about other facts of edited subjects are reported apart.</param>
/// <param name="N">Probes scored.</param>
public sealed record Scores(double Rel, double Gen, double Loc, int N)
{
    /// <summary>Sums up a protocol's results; a kind without probes counts as NaN.</summary>
    public static Scores Of(IReadOnlyList<ProbeResult> results) => new(
        Mean(results, ProbeKind.Reliability),
        Mean(results, ProbeKind.Generality),
        Mean(results, ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut),
        results.Count);

    /// <summary>Mean of the given kinds in percent; NaN when there is none.</summary>
    public static double Mean(IReadOnlyList<ProbeResult> results, params IReadOnlyList<ProbeKind> kinds)
    {
        var values = results.Where(r => kinds.Contains(r.Probe.Kind)).Select(r => r.Value).ToList();
        return values.Count == 0 ? double.NaN : 100 * values.Average();
    }
}

/// <summary>What a run found for one LLM.</summary>
/// <param name="Name">The LLM's name.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="BaseKnown">Old objects that the unedited LLM answers, in percent; NaN when none are given.</param>
/// <param name="EncoderId">The encoder's id after bridging, computed from its bytes.</param>
/// <param name="BridgeId">The bridge's id.</param>
/// <param name="BridgeFolder">Where the bridge lies.</param>
/// <param name="BridgeSeconds">Processor time of stage II on all cores, feature caching included.</param>
/// <param name="Scores">By protocol.</param>
/// <param name="Results">Every probe's result, by protocol.</param>
public sealed record LlmOutcome(
    string Name, string Folder, double BaseKnown, string EncoderId, string BridgeId, string BridgeFolder, double BridgeSeconds,
    IReadOnlyDictionary<string, Scores> Scores, IReadOnlyDictionary<string, IReadOnlyList<ProbeResult>> Results);

/// <summary>A condition that a run must meet.</summary>
public sealed record Gate(string Name, bool Passed);
