using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;

namespace MindBridge.Evaluator.Deploying;

/// <summary>Why a bridge may not serve where the gate alone is asked.</summary>
internal static class GateStanding
{
    /// <summary>By the gate as it stands now, against the champion as it stands now; a memory without a gate of its own goes by what its settings said when the bridge was scored.</summary>
    public static async Task<IReadOnlyList<string>> WhyNotAsync(this EvaluatorContext db, Deployment deployment, string bridge, IReadOnlyDictionary<string, Evaluation> scores, CancellationToken cancellationToken)
    {
        if (await db.LatestGateAsync(deployment.MemoryId, cancellationToken) is not { } set)
        {
            var latest = scores.Values.MaxBy(e => e.CompletedAt);
            return latest is null ? ["it was not scored yet"] : latest.GatePassed ? [] : latest.Why();
        }

        var champion = deployment.Champion == bridge ? null : deployment.Champion;
        return set.Gate().Judge(scores, await db.GatingScoresAsync(champion, deployment.MemoryId, deployment.LlmId, cancellationToken)).Reasons;
    }
}
