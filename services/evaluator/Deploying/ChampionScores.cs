using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Metrics;

namespace MindBridge.Evaluator.Deploying;

/// <summary>How good what serves is, by its latest evaluation under each protocol that a gate can ask for, for alerts and Grafana. What somebody asked for may be on probes of their own, and is left out.</summary>
internal sealed class ChampionScores(IDbContextFactory<EvaluatorContext> contexts) : IGauges
{
    public async Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (readings, inPercent) = (new List<Reading>(), ScoringProtocol.Gating);
        foreach (var served in await db.Deployments.AsNoTracking().Where(d => d.Champion != null).ToListAsync(cancellationToken))
        {
            var latest = await db.Evaluations.AsNoTracking()
                .Where(e => e.BridgeId == served.Champion && e.MemoryId == served.MemoryId && e.LlmId == served.LlmId && e.Cause != EvaluationCause.Request && inPercent.Contains(e.Protocol))
                .GroupBy(e => e.Protocol).Select(g => g.OrderByDescending(e => e.CompletedAt).First()).ToListAsync(cancellationToken);
            readings.AddRange(from taken in latest
                              from figure in taken.Taken().Percent
                              select new Reading(
                                  "mindbridge.score", null, "Latest scores of what serves, in percent, under the protocol they were taken by.", figure.Value,
                                  ("tenant", served.TenantId), ("memory", served.MemoryId.ToString()), ("llm", served.LlmId.ToString()), ("protocol", taken.Protocol), ("figure", figure.Key)));
        }

        return readings;
    }
}
