using System.Diagnostics;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Metrics;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Jobs;

/// <summary>Claims jobs of one kind, one after another, and keeps each lease alive while its work runs.</summary>
public sealed class JobWorker<TContext, TWork>(JobQueue<TContext> queue, TWork work, TimeProvider time, ILogger<JobWorker<TContext, TWork>> logger) : BackgroundService
    where TContext : PlatformContext
    where TWork : IWork<TContext>
{
    private readonly string owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}"[..^24];

    /// <summary>Does one job, if one is due.</summary>
    /// <returns>False when none was.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await queue.ClaimAsync(work.Kind, owner, cancellationToken) is not { } job) return false;
        using var activity = job.Trace.Resume($"job {job.Kind}", ActivityKind.Consumer);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (heart, began, outcome) = (BeatAsync(job, stop), time.GetTimestamp(), "done");
        try
        {
            await work.RunAsync(job, stop.Token);
        }
        catch (Exception e)
        {
            outcome = cancellationToken.IsCancellationRequested ? "handed back" : "failed";
            await EndAsync(job, e, stop, heart, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await heart;
            Instruments.JobDuration.Record(time.GetElapsedTime(began).TotalSeconds, KeyValuePair.Create("kind", (object?)work.Kind), KeyValuePair.Create("outcome", (object?)outcome));
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync(stoppingToken)) continue;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away; jobs keep.
                logger.LogWarning("no {Kind} job could be claimed ({Reason}); trying again", work.Kind, e.Message);
            }

            await Task.Delay(queue.Settings.Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EndAsync(LeasedJob<TContext> job, Exception e, CancellationTokenSource stop, Task<Heart> heart, CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        var beat = await heart;
        try
        {
            if (e is StaleLeaseException || beat is Heart.Lost) logger.LogWarning("job {Job} went to another worker; this one stopped", job.Id);
            else if (beat is Heart.CalledOff) await job.CancelledAsync(CancellationToken.None);
            else if (cancellationToken.IsCancellationRequested) await job.ReleaseAsync(CancellationToken.None);
            else
            {
                logger.LogWarning(e, "attempt {Attempt} of job {Job} failed", job.Attempt, job.Id);
                await job.FailAsync(e.Message, CancellationToken.None);
            }
        }
        catch (StaleLeaseException)
        {
            logger.LogWarning("job {Job} went to another worker while it ended here", job.Id);
        }
    }

    private async Task<Heart> BeatAsync(LeasedJob<TContext> job, CancellationTokenSource stop)
    {
        while (true)
        {
            try
            {
                await Task.Delay(queue.Settings.Heartbeat, time, stop.Token);
                if (await job.HeartbeatAsync(stop.Token)) continue;
                await stop.CancelAsync();
                return Heart.CalledOff;
            }
            catch (OperationCanceledException)
            {
                return Heart.Stopped;
            }
            catch (StaleLeaseException)
            {
                await stop.CancelAsync();
                return Heart.Lost;
            }
            catch (Exception e)
            {
                // A database that does not answer for a moment takes no lease away; the next beat may come through.
                logger.LogWarning("the heartbeat of job {Job} failed ({Reason})", job.Id, e.Message);
            }
        }
    }

    private enum Heart
    {
        Stopped,
        CalledOff,
        Lost,
    }
}
