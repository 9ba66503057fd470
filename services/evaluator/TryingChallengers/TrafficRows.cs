using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Deploying;

namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>Sums of what was reported.</summary>
internal static class TrafficRows
{
    /// <summary>Of the pair that is compared now, since its trial began.</summary>
    public static async Task<TrafficTotal> TotalAsync(this EvaluatorContext db, Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.TrialSince is not { } since) return new TrafficTotal(new TrafficCount(0, 0, 0), new TrafficCount(0, 0, 0), 0, 0);
        var sums = await db.TrafficReports
            .Where(r => r.MemoryId == deployment.MemoryId && r.LlmId == deployment.LlmId && r.Champion == deployment.Champion && r.Challenger == deployment.Challenger && r.ReceivedAt >= since)
            .GroupBy(_ => 1)
            .Select(g => new
            {
                ChampionRequests = g.Sum(r => r.ChampionRequests),
                ChampionErrors = g.Sum(r => r.ChampionErrors),
                ChampionMilliseconds = g.Sum(r => r.ChampionMilliseconds),
                ChallengerRequests = g.Sum(r => r.ChallengerRequests),
                ChallengerErrors = g.Sum(r => r.ChallengerErrors),
                ChallengerMilliseconds = g.Sum(r => r.ChallengerMilliseconds),
                Compared = g.Sum(r => r.Compared),
                Agreed = g.Sum(r => r.Agreed),
            })
            .FirstOrDefaultAsync(cancellationToken);
        return sums is null
            ? new TrafficTotal(new TrafficCount(0, 0, 0), new TrafficCount(0, 0, 0), 0, 0)
            : new TrafficTotal(
                new TrafficCount(sums.ChampionRequests, sums.ChampionErrors, sums.ChampionMilliseconds), new TrafficCount(sums.ChallengerRequests, sums.ChallengerErrors, sums.ChallengerMilliseconds), sums.Compared, sums.Agreed);
    }
}
