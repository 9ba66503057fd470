using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Metrics;

namespace MindBridge.Evaluator.Deploying;

/// <summary>How good what serves is, by its latest evaluation, for alerts and Grafana.</summary>
internal sealed class ChampionScores(IDbContextFactory<EvaluatorContext> contexts) : IGauges
{
    public async Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var readings = new List<Reading>();
        foreach (var served in await db.Deployments.AsNoTracking().Where(d => d.Champion != null).ToListAsync(cancellationToken))
        {
            var latest = await db.Evaluations.AsNoTracking().Where(e => e.BridgeId == served.Champion && e.MemoryId == served.MemoryId && e.LlmId == served.LlmId)
                .OrderByDescending(e => e.CompletedAt).FirstOrDefaultAsync(cancellationToken);
            if (latest is null) continue;
            readings.AddRange(latest.Taken().Percent.Select(figure => new Reading(
                "mindbridge.score", null, "Latest scores of what serves, in percent, under the protocol they were taken by.", figure.Value,
                ("tenant", served.TenantId), ("memory", served.MemoryId.ToString()), ("llm", served.LlmId.ToString()), ("protocol", latest.Protocol), ("figure", figure.Key))));
        }

        return readings;
    }
}
