using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>A delivery with its tries and where it stands.</summary>
internal sealed record DeliveryLog(Delivery Delivery, IReadOnlyList<DeliveryAttempt> Attempts, bool GivenUp);

/// <summary>A tenant's webhooks and what became of what they were sent.</summary>
internal sealed class Webhooks(IDbContextFactory<EvaluatorContext> contexts, JobQueue<EvaluatorContext> jobs, TimeProvider time)
{
    private const int SecretBytes = 32, LongestUrl = 2000, MostWebhooks = 20;

    /// <summary>Registers a URL. Its secret is answered here, and never again.</summary>
    /// <exception cref="ArgumentException">The URL is none that can be posted to, or an event is none.</exception>
    /// <exception cref="RefusedNowException">The tenant has too many.</exception>
    public async Task<(Webhook Webhook, string Secret)> CreateAsync(Caller caller, string url, IReadOnlyList<string> events, CancellationToken cancellationToken)
    {
        if (caller.IsForAll) throw new ArgumentException("a webhook is a tenant's; name the tenant that the call is for");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || url.Length > LongestUrl) throw new ArgumentException($"url is \"{url}\"; give an absolute http or https address");
        if (address.UserInfo.Length > 0) throw new ArgumentException("url holds a user name or password, which lists would show; leave it out, and check the signature instead");
        if (events.FirstOrDefault(e => !WebhookEvents.All.Contains(e, StringComparer.Ordinal)) is { } unknown) throw new ArgumentException($"there is no event \"{unknown}\"; give some of {string.Join(", ", WebhookEvents.All)}, or none for all");
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Webhooks.CountAsync(w => w.TenantId == caller.Tenant && w.DeletedAt == null, cancellationToken) >= MostWebhooks) throw new RefusedNowException($"there are {MostWebhooks} webhooks already; delete one first");
        var (now, secret) = (time.GetUtcNow(), "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
        var webhook = new Webhook
        {
            Id = Guid.CreateVersion7(now), TenantId = caller.Tenant, Url = url, Events = string.Join(',', events.Count == 0 ? WebhookEvents.All : events.Distinct(StringComparer.Ordinal)), Secret = secret, CreatedBy = caller.Name, CreatedAt = now,
        };
        db.Webhooks.Add(webhook);
        db.Audit(caller.Tenant, caller.Name, "create webhook", webhook.Id.ToString(), null, null, new { webhook.Url, webhook.Events }, null, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (webhook, secret);
    }

    public async Task<IReadOnlyList<Webhook>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Webhooks.AsNoTracking().Where(w => (all || w.TenantId == tenant) && w.DeletedAt == null).OrderBy(w => w.CreatedAt).ToListAsync(cancellationToken);
    }

    /// <summary>Ends it: what is on its way is not sent any more.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such webhook.</exception>
    public async Task<Webhook> DeleteAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var webhook = await db.Webhooks.SingleOrDefaultAsync(w => w.Id == id && w.DeletedAt == null, cancellationToken);
        if (webhook is null || !caller.MaySee(webhook.TenantId)) throw new KeyNotFoundException($"there is no webhook {id}; list the webhooks for their ids");
        webhook.DeletedAt = time.GetUtcNow();
        db.Audit(webhook.TenantId, caller.Name, "delete webhook", id.ToString(), null, new { webhook.Url, webhook.Events }, null, null, webhook.DeletedAt.Value);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return webhook;
    }

    /// <summary>What was sent, the latest first.</summary>
    public async Task<IReadOnlyList<DeliveryLog>> DeliveriesAsync(Caller caller, Guid? webhook, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await LogAsync(
            db, await db.Deliveries.AsNoTracking().Where(d => (all || d.TenantId == tenant) && (webhook == null || d.WebhookId == webhook)).OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(Page.Size(limit)).ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Tries a delivery that was given up once more.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such delivery.</exception>
    /// <exception cref="RefusedNowException">It was not given up.</exception>
    public async Task<DeliveryLog> RedeliverAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var delivery = await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken);
        if (delivery is null || !caller.MaySee(delivery.TenantId)) throw new KeyNotFoundException($"there is no delivery {id}; list the deliveries for their ids");
        var key = id.ToString();
        var job = await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Kind == DeliverWebhook.Kind && j.BusinessKey == key, cancellationToken);
        if (job is null || !await jobs.RetryAsync(db, job.Id, cancellationToken)) throw new RefusedNowException($"delivery {id} was not given up; only what was can be sent again");
        db.Audit(delivery.TenantId, caller.Name, "redeliver", key, null, null, new { delivery.WebhookId, delivery.Event }, null, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await LogAsync(db, [delivery], cancellationToken))[0];
    }

    private static async Task<IReadOnlyList<DeliveryLog>> LogAsync(EvaluatorContext db, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var (ids, keys) = (deliveries.Select(d => d.Id).ToList(), deliveries.Select(d => d.Id.ToString()).ToList());
        var attempts = (await db.DeliveryAttempts.AsNoTracking().Where(a => ids.Contains(a.DeliveryId)).OrderBy(a => a.MadeAt).ToListAsync(cancellationToken)).ToLookup(a => a.DeliveryId);
        var ended = (await db.Set<Job>().AsNoTracking().Where(j => j.Kind == DeliverWebhook.Kind && keys.Contains(j.BusinessKey) && j.State != JobState.Waiting && j.State != JobState.Running).Select(j => j.BusinessKey).ToListAsync(cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
        return [.. deliveries.Select(d => new DeliveryLog(d, [.. attempts[d.Id]], d.DeliveredAt is null && ended.Contains(d.Id.ToString())))];
    }
}
