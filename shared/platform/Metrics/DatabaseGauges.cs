using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Metrics;

/// <summary>How much waits in a service's schema, and for how long: jobs, events that no bus has taken, dead letters.</summary>
internal sealed class DatabaseGauges<TContext>(IDbContextFactory<TContext> contexts, Database<TContext> database, TimeProvider time) : IGauges
    where TContext : PlatformContext
{
    public async Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (now, service) = (time.GetUtcNow(), database.Schema.Replace('_', '-'));
        var jobs = await db.Jobs.GroupBy(j => new { j.Kind, j.State }).Select(g => new { g.Key.Kind, g.Key.State, Count = g.Count(), Oldest = g.Min(j => j.CreatedAt) }).ToListAsync(cancellationToken);
        var events = await db.Outbox.Where(m => m.ParkedReason == null).GroupBy(_ => 1).Select(g => new { Count = g.Count(), Oldest = g.Min(m => m.WrittenAt) }).SingleOrDefaultAsync(cancellationToken);
        var parked = await db.Outbox.CountAsync(m => m.ParkedReason != null, cancellationToken);
        var letters = await db.DeadLetters.CountAsync(l => l.ReplayedAt == null, cancellationToken);
        return
        [
            .. jobs.Select(j => new Reading("mindbridge.jobs", null, "Jobs by kind and state.", j.Count, ("service", service), ("kind", j.Kind), ("state", j.State.ToString().ToLowerInvariant()))),
            .. jobs.Where(j => j.State is JobState.Waiting).Select(j => new Reading("mindbridge.job.age", "s", "How long the oldest waiting job of a kind has waited.", (now - j.Oldest).TotalSeconds, ("service", service), ("kind", j.Kind))),
            new Reading("mindbridge.events.waiting", null, "Events that are not announced yet.", events?.Count ?? 0, ("service", service)),
            new Reading("mindbridge.event.age", "s", "How long the oldest event that is not announced has waited.", events is null ? 0 : (now - events.Oldest).TotalSeconds, ("service", service)),
            new Reading("mindbridge.events.parked", null, "Events that can never be announced.", parked, ("service", service)),
            new Reading("mindbridge.dead.letters", null, "Events that a handler failed on for good and nobody has replayed.", letters, ("service", service)),
        ];
    }
}
