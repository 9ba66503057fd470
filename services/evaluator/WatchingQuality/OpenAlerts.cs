using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Metrics;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>How many alerts of each memory nobody looks after yet, for those who are told by Prometheus.</summary>
internal sealed class OpenAlerts(IDbContextFactory<EvaluatorContext> contexts) : IGauges
{
    public async Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Alerts.Where(a => a.AcknowledgedAt == null).GroupBy(a => new { a.TenantId, a.MemoryId, a.Kind }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        return [.. open.Select(a => new Reading("mindbridge.alerts", null, "Alerts that nobody looks after yet, by kind.", a.Count, ("tenant", a.Key.TenantId), ("memory", a.Key.MemoryId.ToString()), ("kind", a.Key.Kind)))];
    }
}
