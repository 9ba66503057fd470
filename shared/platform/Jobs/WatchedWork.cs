using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Databases;

namespace MindBridge.Platform.Jobs;

/// <summary>
/// Watches over a long work that keeps a checkpoint file of its own: tells how far the job is, at most once a second, and stores the file where a worker on another machine finds it.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="store">Where checkpoints go.</param>
/// <param name="checkpoint">The file that the work replaces in one rename whenever it has come further.</param>
/// <param name="every">Time between two stored checkpoints.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what went wrong on the way and was no reason to stop.</param>
public sealed class WatchedWork<TContext>(LeasedJob<TContext> job, IArtifactStore store, string checkpoint, TimeSpan every, TimeProvider time, ILogger logger)
    where TContext : PlatformContext
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private JobProgress? latest;
    private string? stored = job.Checkpoint;
    private DateTime storedOf;
    private long storedAt = time.GetTimestamp();
    private StaleLeaseException? lost;

    /// <summary>Takes note of how far the work is; costs nothing.</summary>
    public void Report(JobProgress progress)
    {
        lock (gate) latest = progress;
    }

    /// <summary>Puts the checkpoint of the job's last worker in its place, if there is one. One that is gone or damaged costs time and nothing else: the work begins anew.</summary>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (job.Checkpoint is not { } id) return;
        try
        {
            await store.LoadAsync(new ArtifactId(id), checkpoint, cancellationToken);
            storedOf = File.GetLastWriteTimeUtc(checkpoint);
            logger.LogInformation("job {Job} goes on from its checkpoint {Checkpoint}", job.Id, id);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            logger.LogWarning("job {Job} begins anew: {Reason}", job.Id, e.Message);
        }
    }

    /// <summary>Runs the work. When it is cancelled from outside, its last checkpoint is stored before the cancellation is passed on.</summary>
    /// <exception cref="StaleLeaseException">The lease went to another; the work was stopped.</exception>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(stop);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException) when (lost is not null)
        {
            throw lost;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await stop.CancelAsync();
            await watch;
            await StoreAsync(CancellationToken.None);
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    /// <summary>Removes the stored checkpoint once the result is safe.</summary>
    public async Task ForgetAsync()
    {
        if (stored is { } last) await store.ForgetAsync(new ArtifactId(last));
        stored = null;
    }

    private async Task WatchAsync(CancellationTokenSource stop)
    {
        while (true)
        {
            try
            {
                await Task.Delay(Tick, time, stop.Token);
                JobProgress? news;
                lock (gate) (news, latest) = (latest, null);
                if (news is { } progress) await job.ReportAsync(progress, stop.Token);
                if (time.GetElapsedTime(storedAt) >= every) await StoreAsync(stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StaleLeaseException e)
            {
                lost = e;
                await stop.CancelAsync();
                return;
            }
            catch (Exception e)
            {
                // The database or the store is away for a moment; the work is not.
                logger.LogWarning("job {Job} could not tell how far it is ({Reason})", job.Id, e.Message);
            }
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(checkpoint) || File.GetLastWriteTimeUtc(checkpoint) is var written && written == storedOf) return;
        ArtifactId id;
        await using (var content = new FileStream(checkpoint, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)) id = await store.SaveAsync(content, cancellationToken);
        await job.CheckpointAsync(id.Value, cancellationToken);
        var before = stored;
        (stored, storedOf, storedAt) = (id.Value, written, time.GetTimestamp());
        if (before is not null && before != stored) await store.ForgetAsync(new ArtifactId(before), cancellationToken);
    }
}
