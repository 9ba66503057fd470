using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Operations;

internal sealed class Operated<TContext>(Database<TContext> database, JobQueue<TContext> jobs, DeadLetters<TContext> letters, IDbContextFactory<TContext> contexts) : IOperated
    where TContext : PlatformContext
{
    public string Service => database.Schema.Replace('_', '-');

    public Task<IReadOnlyList<Job>> JobsAsync(JobState? state, string? tenant, int limit, CancellationToken cancellationToken) => jobs.ListAsync(state, tenant, limit, cancellationToken);

    public async Task<Job?> FindJobAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == id, cancellationToken);
    }

    public Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) => jobs.CancelAsync(id, cancellationToken);

    public Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken) => jobs.RetryAsync(id, cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(CancellationToken cancellationToken) => letters.ListAsync(cancellationToken);

    public Task ReplayAsync(Guid id, CancellationToken cancellationToken) => letters.ReplayAsync(id, cancellationToken);
}
