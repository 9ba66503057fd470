using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Outbox;
using MindBridge.Platform.Tracing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Messaging;

/// <summary>
/// Brings one event to its handler: once per business key however often it is delivered, again with longer and longer pauses while the handler fails, and to the
/// dead letters when it failed for good. The delivery is acknowledged only after one of these is in the database.
/// </summary>
internal sealed class Delivery<TEvent, THandler, TContext>(IServiceProvider services, string consumer)
    where TEvent : class, IEvent
    where THandler : class, IHandle<TEvent>
    where TContext : PlatformContext
{
    private readonly BusSettings settings = services.GetRequiredService<BusSettings>();
    private readonly TimeProvider time = services.GetRequiredService<TimeProvider>();

    public async Task ReceiveAsync(TEvent happened, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await HandleOnceAsync(happened, cancellationToken);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // A database that is away cannot keep a dead letter either: go on trying, unacknowledged, until it or this process ends.
                if (attempt >= settings.Attempts && await KeptAsync(happened, e, attempt, cancellationToken)) return;
                await Task.Delay(Backoff.After(attempt, settings.FirstPause, settings.LongestPause), time, cancellationToken);
            }
        }
    }

    public async Task HandleOnceAsync(TEvent happened, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var (key, now) = (happened.BusinessKey(), time.GetUtcNow());
        if (!await FirstAsync(db, key, now, cancellationToken)) return;
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(happened, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // Of two deliveries at one time, the second waits here for the first to commit or roll back.
    private async Task<bool> FirstAsync(TContext db, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        object moment = db.Database.IsNpgsql() ? now : now.UtcTicks;
        return await db.Database.ExecuteSqlRawAsync(
            "INSERT INTO inbox (consumer, business_key, handled_at) VALUES ({0}, {1}, {2}) ON CONFLICT DO NOTHING", [consumer, key, moment], cancellationToken) == 1;
    }

    private async Task<bool> KeptAsync(TEvent happened, Exception reason, int attempts, CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<DeadLetters<TContext>>().KeepAsync(consumer, happened, reason.Message, attempts, TraceContext.Current, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or DbUpdateException or Microsoft.Data.Sqlite.SqliteException)
        {
            return false;
        }
    }
}
