using MindBridge.Platform.Databases;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Tracing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Outbox;

/// <summary>
/// Announces what the outbox holds. Any number of relays may run: each locks the rows it takes and passes over those another holds, and a row is deleted in the
/// transaction that locked it, after the bus has confirmed. It asks for whatever rows are there, never for ids beyond a mark: a slow transaction's row
/// appears late and with an early id.
/// </summary>
internal sealed class OutboxRelay<TContext>(
    Database<TContext> database,
    IDbContextFactory<TContext> contexts,
    IEventBus bus,
    OutboxSettings settings,
    TimeProvider time,
    ILogger<OutboxRelay<TContext>> logger) : BackgroundService
    where TContext : PlatformContext
{
    private const string Waiting = "SELECT * FROM outbox WHERE parked_reason IS NULL ORDER BY id LIMIT {0}";

    /// <summary>Announces up to one batch and tells how many rows it took.</summary>
    public async Task<int> RelayOnceAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var rows = await db.Outbox.FromSqlRaw(database.Kind is DatabaseKind.Postgres ? $"{Waiting} FOR UPDATE SKIP LOCKED" : Waiting, settings.BatchSize).ToListAsync(cancellationToken);
        if (rows.Count == 0) return 0;
        foreach (var row in rows)
        {
            if (await AnnouncedAsync(row, cancellationToken)) db.Outbox.Remove(row);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Instruments.EventsAnnounced.Add(rows.Count(row => row.ParkedReason is null), KeyValuePair.Create("schema", (object?)database.Schema));
        return rows.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var wake = new OutboxWake(database.Postgres, database.Schema, database.Kind is DatabaseKind.Postgres ? settings.Poll : settings.SqlitePoll, time);
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await wake.ListenAsync(stoppingToken);
                while (await RelayOnceAsync(stoppingToken) > 0) failures = 0;
                failures = 0;
                await wake.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The rows are unlocked and stay; nothing is lost by waiting.
                var pause = Backoff.After(++failures, TimeSpan.FromMilliseconds(200), settings.LongestPause);
                logger.LogWarning("the outbox of {Schema} could not be announced ({Reason}); trying again in {Pause}", database.Schema, e.Message, pause);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> AnnouncedAsync(OutboxMessage row, CancellationToken cancellationToken)
    {
        try
        {
            var happened = EventBody.Read(row.EventType, row.Body);
            using var activity = new TraceContext(row.TraceParent, row.TraceState).Resume("outbox relay", System.Diagnostics.ActivityKind.Producer);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(settings.Timeout);
            await bus.PublishAsync(row.Id, happened, TraceContext.Current, limit.Token);
            return true;
        }
        catch (InvalidDataException e)
        {
            row.ParkedReason = e.Message;
            logger.LogError("an event in the outbox of {Schema} was parked: {Reason}", database.Schema, e.Message);
            return false;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the bus did not confirm within {settings.Timeout.TotalSeconds:0.#} s", e);
        }
    }
}
