using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.ReadingEvaluations;

namespace MindBridge.Evaluator.Gating;

/// <summary>What gates say of bridges, inside the transaction of whoever asks.</summary>
internal static class GateRows
{
    /// <summary>The memory's own gate; null where none was set.</summary>
    public static async Task<GateVersion?> LatestGateAsync(this EvaluatorContext db, Guid memory, CancellationToken cancellationToken) =>
        await db.Gates.AsNoTracking().Where(g => g.MemoryId == memory).OrderByDescending(g => g.Version).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Those of several memories.</summary>
    public static async Task<IReadOnlyDictionary<Guid, GateVersion>> LatestGatesAsync(this EvaluatorContext db, IReadOnlyCollection<Guid> memories, CancellationToken cancellationToken) =>
        (await db.Gates.AsNoTracking().Where(g => memories.Contains(g.MemoryId)).ToListAsync(cancellationToken)).GroupBy(g => g.MemoryId).ToDictionary(g => g.Key, g => g.MaxBy(v => v.Version)!);

    /// <summary>What gates go by: the latest evaluation of a bridge on the probes held out from it, under each protocol.</summary>
    public static async Task<IReadOnlyDictionary<string, Evaluation>> GatingScoresAsync(this EvaluatorContext db, string? bridge, Guid memory, Guid llm, CancellationToken cancellationToken) =>
        bridge is null
            ? new Dictionary<string, Evaluation>(StringComparer.Ordinal)
            : ByProtocol(await db.Evaluations.AsNoTracking().Where(e => e.BridgeId == bridge && e.MemoryId == memory && e.LlmId == llm && e.Cause == EvaluationCause.Bridge).ToListAsync(cancellationToken));

    /// <summary>The latest of a bridge's evaluations under each protocol.</summary>
    public static IReadOnlyDictionary<string, Evaluation> ByProtocol(IEnumerable<Evaluation> evaluations) =>
        evaluations.GroupBy(e => e.Protocol, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(e => e.CompletedAt)!, StringComparer.Ordinal);

    /// <summary>How a bridge stands before a gate under every protocol that it names, as it was scored so far.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="bridge">The bridge's scores by protocol.</param>
    /// <param name="champion">The champion's; empty where there is none, or it is the bridge itself.</param>
    public static Verdict Judge(this Gate gate, IReadOnlyDictionary<string, Evaluation> bridge, IReadOnlyDictionary<string, Evaluation> champion)
    {
        var (reasons, notes) = (new List<string>(), new List<string>());
        foreach (var protocol in gate.Protocols)
        {
            if (!bridge.TryGetValue(protocol, out var scored))
            {
                reasons.Add($"it was not scored under {protocol} yet");
                continue;
            }

            var verdict = gate.Judge(scored.Taken(), champion.GetValueOrDefault(protocol)?.Taken());
            reasons.AddRange(verdict.Reasons.Select(reason => $"{protocol}: {reason}"));
            notes.AddRange(verdict.Notes);
        }

        return new Verdict(reasons, notes);
    }
}
