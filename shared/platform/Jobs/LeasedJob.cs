using System.Linq.Expressions;
using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Tracing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MindBridge.Platform.Jobs;

/// <summary>
/// A job in the hands of one worker. Every write names the fence under which the job was claimed, so a worker that slept through its lease cannot overwrite what
/// its successor did: it gets a <see cref="StaleLeaseException"/>.
/// </summary>
public sealed class LeasedJob<TContext>
    where TContext : PlatformContext
{
    private readonly JobQueue<TContext> queue;
    private readonly IDbContextFactory<TContext> contexts;
    private readonly Job claimed;

    internal LeasedJob(JobQueue<TContext> queue, IDbContextFactory<TContext> contexts, Job claimed) => (this.queue, this.contexts, this.claimed, Attempt) = (queue, contexts, claimed, claimed.Attempts);

    public Guid Id => claimed.Id;

    public string Kind => claimed.Kind;

    public string BusinessKey => claimed.BusinessKey;

    /// <summary>Which attempt since the last checkpoint this is, from 1.</summary>
    public int Attempt { get; private set; }

    /// <summary>The fencing token: higher than that of every earlier holder.</summary>
    public long Fence => claimed.Fence;

    /// <summary>Since when it waits for its turn.</summary>
    public DateTimeOffset AskedAt => claimed.CreatedAt;

    /// <summary>The artifact from which to go on; null for a fresh start.</summary>
    public string? Checkpoint => claimed.Checkpoint;

    /// <summary>The trace in which the job was asked for.</summary>
    public TraceContext Trace => new(claimed.TraceParent, claimed.TraceState);

    /// <exception cref="InvalidDataException">The payload is of another kind.</exception>
    public TPayload Payload<TPayload>() => JsonSerializer.Deserialize<TPayload>(claimed.Payload, JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"job {Id} of kind {Kind} has no payload");

    /// <summary>Says that the worker lives, and keeps the lease.</summary>
    /// <returns>False when the job has been called off: stop and call <see cref="CancelledAsync"/>.</returns>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public async Task<bool> HeartbeatAsync(CancellationToken cancellationToken = default)
    {
        var until = queue.Time.GetUtcNow() + queue.Settings.Lease;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await WriteAsync(db, job => job.SetProperty(j => j.LeaseUntil, until), cancellationToken);
        return !await db.Jobs.AnyAsync(job => job.Id == Id && job.CancelRequested, cancellationToken);
    }

    /// <summary>Tells how far the job is: in its row at once, and as an event through the outbox.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public async Task ReportAsync(JobProgress progress, CancellationToken cancellationToken = default)
    {
        var eta = progress.Eta?.TotalSeconds;
        await InTransactionAsync(
            job => job.SetProperty(j => j.Step, progress.Step).SetProperty(j => j.Steps, progress.Steps).SetProperty(j => j.Loss, progress.Loss).SetProperty(j => j.EtaSeconds, eta),
            db =>
            {
                db.Publish(new JobProgressed(Id, Kind, progress.Step, progress.Steps, progress.Loss, progress.Eta), queue.Time);
                return Task.CompletedTask;
            },
            cancellationToken);
    }

    /// <summary>Names the artifact from which another worker can go on.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public async Task CheckpointAsync(string artifact, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Work that got on is no poison: what its next workers suffer is counted anew.
        await WriteAsync(db, job => job.SetProperty(j => j.Checkpoint, artifact).SetProperty(j => j.Attempts, 1), cancellationToken);
        Attempt = 1;
    }

    /// <summary>Ends the job. What <paramref name="results"/> changes and publishes is committed with it, or not at all.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's; nothing was written.</exception>
    public Task CompleteAsync(Func<TContext, Task> results, CancellationToken cancellationToken = default) =>
        InTransactionAsync(job => job.SetProperty(j => j.State, JobState.Succeeded).SetProperty(j => j.Reason, (string?)null), results, cancellationToken);

    /// <summary>Ends the job without a result, because nobody wants it any more; the reason stays with it. <see cref="JobQueue{TContext}.ReopenAsync"/> takes it up again.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    /// <param name="reason">Why nobody wants it.</param>
    /// <param name="also">What is committed with it.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    public Task SupersedeAsync(string reason, Func<TContext, Task>? also = null, CancellationToken cancellationToken = default) =>
        InTransactionAsync(job => job.SetProperty(j => j.State, JobState.Succeeded).SetProperty(j => j.Reason, reason), also, cancellationToken);

    /// <summary>Ends the attempt: another follows after a pause, or the job is parked with the reason.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public Task FailAsync(string reason, CancellationToken cancellationToken = default)
    {
        if (Attempt < claimed.MostAttempts)
        {
            var next = queue.Time.GetUtcNow() + Backoff.After(Attempt, queue.Settings.FirstPause, queue.Settings.LongestPause);
            return InTransactionAsync(job => job.SetProperty(j => j.State, JobState.Waiting).SetProperty(j => j.NotBefore, next).SetProperty(j => j.Reason, reason), null, cancellationToken);
        }

        return InTransactionAsync(
            job => job.SetProperty(j => j.State, JobState.Parked).SetProperty(j => j.Reason, reason),
            db =>
            {
                db.Publish(new JobFailed(Id, Kind, Attempt, reason), queue.Time);
                return Task.CompletedTask;
            },
            cancellationToken);
    }

    /// <summary>Gives the job back unfinished, when the process is asked to end: another may take it at once, and the attempt does not count.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        var now = queue.Time.GetUtcNow();
        return InTransactionAsync(job => job.SetProperty(j => j.State, JobState.Waiting).SetProperty(j => j.Attempts, j => j.Attempts - 1).SetProperty(j => j.NotBefore, now), null, cancellationToken);
    }

    /// <summary>Confirms that a job which was called off has stopped.</summary>
    /// <exception cref="StaleLeaseException">The lease is another's.</exception>
    public Task CancelledAsync(CancellationToken cancellationToken = default) => InTransactionAsync(job => job.SetProperty(j => j.State, JobState.Cancelled), null, cancellationToken);

    private async Task InTransactionAsync(Action<UpdateSettersBuilder<Job>> change, Func<TContext, Task>? also, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // First the job's row, which locks it: a successor's claim waits for this transaction or has won already.
        await WriteAsync(db, change, cancellationToken);
        if (also is not null) await also(db);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task WriteAsync(TContext db, Action<UpdateSettersBuilder<Job>> change, CancellationToken cancellationToken)
    {
        var now = queue.Time.GetUtcNow();
        var written = await db.Jobs.Where(job => job.Id == Id && job.Fence == Fence && job.State == JobState.Running)
            .ExecuteUpdateAsync(
                job =>
                {
                    change(job);
                    job.SetProperty(j => j.ChangedAt, now);
                },
                cancellationToken);
        if (written == 0) throw new StaleLeaseException($"job {Id} ({Kind}, {BusinessKey}) is no longer held under fence {Fence}; its result was refused");
    }
}
