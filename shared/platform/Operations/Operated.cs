using MindBridge.Platform.Auditing;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Operations;

internal sealed class Operated<TContext>(Database<TContext> database, JobQueue<TContext> jobs, DeadLetters<TContext> letters, IDbContextFactory<TContext> contexts, TimeProvider time) : IOperated
    where TContext : PlatformContext
{
    public string Service => database.Schema.Replace('_', '-');

    public Task<IReadOnlyList<Job>> JobsAsync(JobState? state, string? tenant, int limit, CancellationToken cancellationToken) => jobs.ListAsync(state, tenant, limit, cancellationToken);

    public async Task<Job?> FindJobAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == id, cancellationToken);
    }

    public Task<bool> CancelAsync(Guid id, Caller by, CancellationToken cancellationToken) => ChangeAsync(id, by, "cancel job", db => jobs.CancelAsync(db, id, cancellationToken), cancellationToken);

    public Task<bool> RetryAsync(Guid id, Caller by, CancellationToken cancellationToken) => ChangeAsync(id, by, "retry job", db => jobs.RetryAsync(db, id, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(CancellationToken cancellationToken) => letters.ListAsync(cancellationToken);

    public Task ReplayAsync(Guid id, Caller by, CancellationToken cancellationToken) => letters.ReplayAsync(id, by, cancellationToken);

    private async Task<bool> ChangeAsync(Guid id, Caller by, string what, Func<TContext, Task<bool>> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Locked, so that what is told to have stood before is what was changed. On SQLite the transaction itself is the lock.
        const string select = "SELECT * FROM jobs WHERE id = {0}";
        var before = (await db.Jobs.FromSqlRaw(db.Database.IsNpgsql() ? select + " FOR UPDATE" : select, id).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();
        if (before is null || !await change(db)) return false;
        var now = await db.Jobs.AsNoTracking().SingleAsync(job => job.Id == id, cancellationToken);
        // What is being called off already is not called off again.
        if (Word(now) != Word(before))
        {
            db.Audit(
                by with { Tenant = before.Tenant ?? by.Tenant }, what, id.ToString(), JsonBody.Memory(before.Payload),
                new { Service, before.Kind, before.BusinessKey, State = Word(before), before.Attempts, before.Reason }, new { State = Word(now) }, time);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // A job that runs is called off at its worker's next heartbeat.
    private static string Word(Job job) => job is { State: JobState.Running, CancelRequested: true } ? "cancelling" : job.State.ToString().ToLowerInvariant();
}
