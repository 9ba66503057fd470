using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;

namespace MindBridge.Evaluator.Deploying;

/// <summary>Why a bridge may not serve where the gate alone is asked.</summary>
internal static class GateStanding
{
    /// <summary>By the gate as it stands now, against the champion as it stands now; a memory without a gate of its own goes by what its settings said when the bridge was scored.</summary>
    public static async Task<IReadOnlyList<string>> WhyNotAsync(this EvaluatorContext db, Deployment deployment, string bridge, IReadOnlyDictionary<string, Evaluation> scores, CancellationToken cancellationToken)
    {
        var set = await db.LatestGateAsync(deployment.MemoryId, cancellationToken);
        var champion = set is null || deployment.Champion == bridge ? null : deployment.Champion;
        return WhyNot(set, scores, await db.GatingScoresAsync(champion, deployment.MemoryId, deployment.LlmId, cancellationToken));
    }

    /// <summary>What each challenger fails of those that were scored, in as many queries for many as for one: whoever looks at a page asks for all, every few seconds.</summary>
    public static async Task<IReadOnlyDictionary<Deployment, IReadOnlyList<string>>> ChallengersWhyNotAsync(this EvaluatorContext db, IReadOnlyList<Deployment> deployments, CancellationToken cancellationToken)
    {
        var challenged = deployments.Where(d => d.Challenger is not null).ToList();
        if (challenged.Count == 0) return new Dictionary<Deployment, IReadOnlyList<string>>();
        var memories = challenged.Select(d => d.MemoryId).Distinct().ToList();
        var bridges = challenged.SelectMany(d => (string?[])[d.Challenger, d.Champion]).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var gates = await db.LatestGatesAsync(memories, cancellationToken);
        var scores = (await db.Evaluations.AsNoTracking().Where(e => e.Cause == EvaluationCause.Bridge && memories.Contains(e.MemoryId) && bridges.Contains(e.BridgeId)).ToListAsync(cancellationToken))
            .GroupBy(e => (e.MemoryId, e.LlmId, e.BridgeId)).ToDictionary(g => g.Key, g => GateRows.ByProtocol(g));
        return challenged.Where(d => Of(d, d.Challenger).Count > 0).ToDictionary(d => d, d => WhyNot(gates.GetValueOrDefault(d.MemoryId), Of(d, d.Challenger), Of(d, d.Champion)));

        IReadOnlyDictionary<string, Evaluation> Of(Deployment deployment, string? bridge) =>
            scores.GetValueOrDefault((deployment.MemoryId, deployment.LlmId, bridge ?? "")) ?? new Dictionary<string, Evaluation>(StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> WhyNot(GateVersion? set, IReadOnlyDictionary<string, Evaluation> scores, IReadOnlyDictionary<string, Evaluation> champion)
    {
        if (set is not null) return set.Gate().Judge(scores, champion).Reasons;
        var latest = scores.Values.MaxBy(e => e.CompletedAt);
        return latest is null ? ["it was not scored yet"] : latest.GatePassed ? [] : latest.Why();
    }
}
