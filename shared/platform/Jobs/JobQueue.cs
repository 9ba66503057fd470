using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Tracing;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Jobs;

/// <summary>The jobs of a service: rows that workers claim, never deliveries that they hold.</summary>
public sealed class JobQueue<TContext>(IDbContextFactory<TContext> contexts, Database<TContext> database, TimeProvider time, JobSettings? settings = null)
    where TContext : PlatformContext
{
    // A failed attempt waits; a dead worker's job still says Running when its lease is over. Both are the next worker's.
    private const string Claim = """
        UPDATE jobs SET state = 'Running', attempts = attempts + 1, fence = fence + 1, lease_owner = {2}, lease_until = {3}, changed_at = {1}
        WHERE id = (
            SELECT id FROM jobs
            WHERE kind = {0} AND NOT cancel_requested
              AND ((state = 'Waiting' AND not_before <= {1}) OR (state = 'Running' AND lease_until < {1} AND attempts < most_attempts))
            ORDER BY created_at, id LIMIT 1
        """;

    private const string ClaimOnPostgres = Claim + " FOR UPDATE SKIP LOCKED) RETURNING *";
    private const string ClaimOnSqlite = Claim + ") RETURNING *";

    internal JobSettings Settings { get; } = settings ?? new JobSettings();

    internal TimeProvider Time => time;

    /// <summary>
    /// Adds a job to the caller's unit of work, unless there is one for this key already; true when it was added. Two callers at once: one of them adds it. It belongs to the tenant that
    /// its payload names.
    /// </summary>
    public async Task<bool> EnqueueAsync<TPayload>(TContext db, string kind, string businessKey, TPayload payload, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (now, trace, body) = (time.GetUtcNow(), TraceContext.Current, JsonSerializer.Serialize(payload, JsonSerializerOptions.Web));
        return await db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO jobs (id, kind, business_key, payload, tenant, state, attempts, most_attempts, not_before, fence, cancel_requested, step, steps, trace_parent, trace_state, created_at, changed_at)
            VALUES ({0}, {1}, {2}, {3}, NULLIF({9}, ''), 'Waiting', 0, {4}, {5}, 0, {6}, 0, 0, NULLIF({7}, ''), NULLIF({8}, ''), {5}, {5}) ON CONFLICT DO NOTHING
            """,
            [Guid.CreateVersion7(now), kind, businessKey, body, Settings.Attempts, Moment(now), false, trace.Parent ?? "", trace.State ?? "", JsonBody.Tenant(body) ?? ""],
            cancellationToken) == 1;
    }

    /// <summary>
    /// Gives a job that has ended as done a fresh set of attempts, in the caller's unit of work: what it was to make is wanted again, and was superseded or has been replaced since.
    /// </summary>
    /// <returns>False when there is no such job, or it waits, runs, is parked or was called off: those are not ours to restart.</returns>
    public async Task<bool> ReopenAsync(TContext db, string kind, string businessKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var now = time.GetUtcNow();
        return await db.Jobs.Where(job => job.Kind == kind && job.BusinessKey == businessKey && job.State == JobState.Succeeded)
            .ExecuteUpdateAsync(
                job => job.SetProperty(j => j.State, JobState.Waiting).SetProperty(j => j.Attempts, 0).SetProperty(j => j.NotBefore, now)
                    .SetProperty(j => j.Reason, (string?)null).SetProperty(j => j.ChangedAt, now),
                cancellationToken) == 1;
    }

    /// <summary>Lets a job that waits stand where an older one stood, in the caller's unit of work, so that what is asked for anew again and again comes to its turn all the same.</summary>
    /// <param name="db">The unit of work.</param>
    /// <param name="kind">What is to be done.</param>
    /// <param name="businessKey">On what.</param>
    /// <param name="askedAt">Since when the older one had waited.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task TakePlaceAsync(TContext db, string kind, string businessKey, DateTimeOffset askedAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Jobs.Where(job => job.Kind == kind && job.BusinessKey == businessKey && job.State == JobState.Waiting && job.CreatedAt > askedAt)
            .ExecuteUpdateAsync(job => job.SetProperty(j => j.CreatedAt, askedAt), cancellationToken);
    }

    /// <summary>Takes the oldest job of a kind that is due; null when none is.</summary>
    /// <param name="kind">What the worker can do.</param>
    /// <param name="owner">Who it is.</param>
    /// <param name="cancellationToken">Stops the claim.</param>
    public async Task<LeasedJob<TContext>?> ClaimAsync(string kind, string owner, CancellationToken cancellationToken = default)
    {
        await ParkExhaustedAsync(kind, cancellationToken);
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var claimed = await db.Jobs
            .FromSqlRaw(database.Kind is DatabaseKind.Postgres ? ClaimOnPostgres : ClaimOnSqlite, kind, Moment(now), owner, Moment(now + Settings.Lease))
            .AsNoTracking().ToListAsync(cancellationToken);
        return claimed.Count == 0 ? null : new LeasedJob<TContext>(this, contexts, claimed[0]);
    }

    /// <summary>Asks for a job to be called off: at once when it waits, at its worker's next heartbeat when it runs.</summary>
    /// <returns>False when it has ended already.</returns>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await CancelAsync(db, id, cancellationToken);
    }

    /// <summary>The same, in the caller's unit of work.</summary>
    /// <inheritdoc cref="CancelAsync(Guid, CancellationToken)"/>
    public async Task<bool> CancelAsync(TContext db, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var now = time.GetUtcNow();
        var waiting = await db.Jobs.Where(job => job.Id == id && (job.State == JobState.Waiting || job.State == JobState.Parked || (job.State == JobState.Running && job.LeaseUntil < now)))
            .ExecuteUpdateAsync(job => job.SetProperty(j => j.State, JobState.Cancelled).SetProperty(j => j.CancelRequested, true).SetProperty(j => j.ChangedAt, now), cancellationToken);
        return waiting + await db.Jobs.Where(job => job.Id == id && job.State == JobState.Running)
            .ExecuteUpdateAsync(job => job.SetProperty(j => j.CancelRequested, true).SetProperty(j => j.ChangedAt, now), cancellationToken) > 0;
    }

    /// <summary>Gives a parked or cancelled job a fresh set of attempts; it goes on from its checkpoint.</summary>
    /// <returns>False when it is neither.</returns>
    public async Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await RetryAsync(db, id, cancellationToken);
    }

    /// <summary>The same, in the caller's unit of work.</summary>
    /// <inheritdoc cref="RetryAsync(Guid, CancellationToken)"/>
    public async Task<bool> RetryAsync(TContext db, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var now = time.GetUtcNow();
        return await db.Jobs.Where(job => job.Id == id && (job.State == JobState.Parked || job.State == JobState.Cancelled))
            .ExecuteUpdateAsync(
                job => job.SetProperty(j => j.State, JobState.Waiting).SetProperty(j => j.Attempts, 0).SetProperty(j => j.NotBefore, now)
                    .SetProperty(j => j.CancelRequested, false).SetProperty(j => j.ChangedAt, now),
                cancellationToken) == 1;
    }

    /// <summary>Jobs of every state or of one, of every tenant or of one; the latest first.</summary>
    public async Task<IReadOnlyList<Job>> ListAsync(JobState? state = null, string? tenant = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.AsNoTracking().Where(job => (state == null || job.State == state) && (tenant == null || job.Tenant == tenant)).OrderByDescending(job => job.CreatedAt).Take(limit).ToListAsync(cancellationToken);
    }

    // A job that kills its worker fails without a word; its attempts end all the same.
    private async Task ParkExhaustedAsync(string kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var dead = await db.Jobs.Where(job => job.Kind == kind && job.State == JobState.Running && job.LeaseUntil < now && (job.CancelRequested || job.Attempts >= job.MostAttempts)).ToListAsync(cancellationToken);
        foreach (var job in dead)
        {
            var state = job.CancelRequested ? JobState.Cancelled : JobState.Parked;
            var reason = $"its worker {job.LeaseOwner} fell silent in attempt {job.Attempts} of {job.MostAttempts}";
            var parked = await db.Jobs.Where(j => j.Id == job.Id && j.Fence == job.Fence && j.State == JobState.Running && j.LeaseUntil < now)
                .ExecuteUpdateAsync(j => j.SetProperty(x => x.State, state).SetProperty(x => x.Reason, reason).SetProperty(x => x.ChangedAt, now), cancellationToken);
            if (parked == 1 && state is JobState.Parked) db.Publish(new JobFailed(job.Id, job.Kind, job.Attempts, reason), time);
        }

        db.ChangeTracker.Entries<Job>().ToList().ForEach(entry => entry.State = EntityState.Detached);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private object Moment(DateTimeOffset moment) => database.Kind is DatabaseKind.Postgres ? moment : moment.UtcTicks;
}
