using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Jobs;

namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>Writes down who is to be told of an event, in the transaction that makes it true.</summary>
internal sealed class WebhookNotices(JobQueue<EvaluatorContext> jobs, TimeProvider time)
{
    /// <summary>Adds a delivery, and the job that makes it, for every webhook of the tenant that wants the event.</summary>
    public async Task TellAsync(EvaluatorContext db, string tenant, string name, object happened, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var webhook in await db.Webhooks.AsNoTracking().Where(w => w.TenantId == tenant && w.DeletedAt == null).ToListAsync(cancellationToken))
        {
            if (!webhook.Wanted.Contains(name, StringComparer.Ordinal)) continue;
            var id = Guid.CreateVersion7(now);
            var body = JsonSerializer.Serialize(new { Id = id, Event = name, Tenant = tenant, CreatedAt = now, Data = happened }, JsonSerializerOptions.Web);
            db.Deliveries.Add(new Delivery { Id = id, WebhookId = webhook.Id, TenantId = tenant, Event = name, Body = body, CreatedAt = now });
            await jobs.EnqueueAsync(db, DeliverWebhook.Kind, id.ToString(), new DeliverWebhook(tenant, id), cancellationToken);
        }
    }
}
