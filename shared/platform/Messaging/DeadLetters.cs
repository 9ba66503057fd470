using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Outbox;
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
    public async Task ReplayAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var letter = await db.DeadLetters.SingleOrDefaultAsync(waiting => waiting.Id == id && waiting.ReplayedAt == null, cancellationToken)
            ?? throw new ArgumentException($"no dead letter {id} waits; list them for their ids");
        var subscription = services.GetServices<Subscription>().SingleOrDefault(s => s.Queue == letter.Consumer && EventBody.NameOf(s.Event) == letter.EventType)
            ?? throw new ArgumentException($"nobody in this process handles {letter.Consumer}; replay it where that service runs");
        using var activity = new TraceContext(letter.TraceParent, letter.TraceState).Resume("replay", System.Diagnostics.ActivityKind.Consumer);
        await subscription.HandleAsync(services, EventBody.Read(letter.EventType, letter.Body), cancellationToken);
        letter.ReplayedAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
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
}
