using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Jobs;

namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>Makes one delivery; what fails is tried again after a pause that doubles, and parked after the last attempt.</summary>
internal sealed class DeliverWork(IDbContextFactory<EvaluatorContext> contexts, WebhookClient client, TimeProvider time) : IWork<EvaluatorContext>
{
    public string Kind => DeliverWebhook.Kind;

    public async Task RunAsync(LeasedJob<EvaluatorContext> job, CancellationToken cancellationToken)
    {
        var id = job.Payload<DeliverWebhook>().Delivery;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var delivery = await db.Deliveries.AsNoTracking().SingleAsync(d => d.Id == id, cancellationToken);
        var webhook = await db.Webhooks.AsNoTracking().SingleAsync(w => w.Id == delivery.WebhookId, cancellationToken);
        if (webhook.DeletedAt is not null)
        {
            await job.SupersedeAsync("its webhook was deleted", cancellationToken: cancellationToken);
            return;
        }

        var began = time.GetTimestamp();
        var (status, reason) = await client.PostAsync(webhook, delivery, cancellationToken);
        var now = time.GetUtcNow();
        db.DeliveryAttempts.Add(new DeliveryAttempt { Id = Guid.CreateVersion7(now), DeliveryId = id, MadeAt = now, Status = status, Reason = reason, Milliseconds = time.GetElapsedTime(began).TotalMilliseconds });
        await db.SaveChangesAsync(cancellationToken);
        if (reason is not null) throw new IOException($"webhook {webhook.Id}: {reason}");
        await job.CompleteAsync(done => done.Deliveries.Where(d => d.Id == id).ExecuteUpdateAsync(d => d.SetProperty(x => x.DeliveredAt, now), cancellationToken), cancellationToken);
    }
}
