using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Auditing;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Outbox;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tracing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Messaging;

/// <summary>The events a service could not handle, each with its reason, until an operator replays them.</summary>
public sealed class DeadLetters<TContext>(IDbContextFactory<TContext> contexts, IServiceProvider services, TimeProvider time)
    where TContext : PlatformContext
{
    /// <summary>Those that wait, oldest first.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.DeadLetters.AsNoTracking().Where(letter => letter.ReplayedAt == null).OrderBy(letter => letter.FailedAt).ToListAsync(cancellationToken);
    }

    /// <summary>Hands the event to its handler again, in this process.</summary>
    /// <exception cref="ArgumentException">No such letter waits, or nobody here subscribes to it any more.</exception>
    public Task ReplayAsync(Guid id, CancellationToken cancellationToken = default) => ReplayAsync(id, null, cancellationToken);

    internal async Task ReplayAsync(Guid id, Caller? by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var letter = await db.DeadLetters.SingleOrDefaultAsync(waiting => waiting.Id == id && waiting.ReplayedAt == null, cancellationToken)
            ?? throw new ArgumentException($"no dead letter {id} waits; list them for their ids");
        var subscription = services.GetServices<Subscription>().SingleOrDefault(s => s.Queue == letter.Consumer && EventBody.NameOf(s.Event) == letter.EventType)
            ?? throw new ArgumentException($"nobody in this process handles {letter.Consumer}; replay it where that service runs");
        using var activity = new TraceContext(letter.TraceParent, letter.TraceState).Resume("replay", System.Diagnostics.ActivityKind.Consumer);
        await subscription.HandleAsync(services, EventBody.Read(letter.EventType, letter.Body), cancellationToken);
        await EndAsync(db, letter, by, cancellationToken);
    }

    internal async Task KeepAsync(string consumer, IEvent happened, string reason, int attempts, TraceContext trace, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var key = happened.BusinessKey();
        var letter = await db.DeadLetters.SingleOrDefaultAsync(waiting => waiting.Consumer == consumer && waiting.BusinessKey == key && waiting.ReplayedAt == null, cancellationToken);
        if (letter is null)
        {
            db.DeadLetters.Add(new DeadLetter
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                Consumer = consumer,
                BusinessKey = key,
                EventType = EventBody.NameOf(happened.GetType()),
                Body = JsonSerializer.Serialize(happened, happened.GetType(), EventBody.Options),
                TraceParent = trace.Parent,
                TraceState = trace.State,
                Reason = reason,
                Attempts = attempts,
                FailedAt = time.GetUtcNow(),
            });
        }
        else
        {
            (letter.Reason, letter.Attempts, letter.FailedAt) = (reason, letter.Attempts + attempts, time.GetUtcNow());
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    // Of two replays at once, one ends the letter, and that one is told of.
    private async Task EndAsync(TContext db, DeadLetter letter, Caller? by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ended = await db.DeadLetters.Where(waiting => waiting.Id == letter.Id && waiting.ReplayedAt == null).ExecuteUpdateAsync(waiting => waiting.SetProperty(l => l.ReplayedAt, now), cancellationToken);
        if (ended == 1 && by is not null)
        {
            db.Audit(
                by with { Tenant = JsonBody.Tenant(letter.Body) ?? by.Tenant }, "replay dead letter", letter.Id.ToString(), JsonBody.Memory(letter.Body),
                new { Event = letter.EventType.Split(',')[0].Split('.')[^1], letter.Consumer, letter.BusinessKey, State = "given up", letter.Attempts, letter.Reason }, new { State = "handled" }, time);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
