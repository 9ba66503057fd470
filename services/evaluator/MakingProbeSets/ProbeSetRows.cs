using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.MakingProbeSets;

/// <summary>How sets get their names and versions, inside the transaction of whoever makes one.</summary>
internal static class ProbeSetRows
{
    /// <summary>The next version of a name, or the latest where that is the same set. Two at once: one makes it, the other reads it.</summary>
    public static async Task<ProbeSet> NameAsync(this EvaluatorContext db, string tenant, Guid memory, string name, string source, string id, IReadOnlyList<Probe> probes, string by, TimeProvider time, CancellationToken cancellationToken)
    {
        object now = db.Database.IsNpgsql() ? time.GetUtcNow() : time.GetUtcNow().UtcTicks;
        var counts = JsonSerializer.Serialize(probes.CountBy(p => p.Kind.ToString()).OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal));
        while (true)
        {
            var latest = await db.ProbeSets.AsNoTracking().Where(s => s.MemoryId == memory && s.Name == name).OrderByDescending(s => s.Version).FirstOrDefaultAsync(cancellationToken);
            if (latest?.Id == id) return latest;
            await db.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO probe_sets (memory_id, name, version, id, tenant_id, source, probes, counts, made_by, made_at) VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}) ON CONFLICT DO NOTHING
                """,
                [memory, name, (latest?.Version ?? 0) + 1, id, tenant, source, probes.Count, counts, by, now], cancellationToken);
        }
    }
}
