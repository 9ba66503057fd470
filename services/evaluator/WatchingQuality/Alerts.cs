using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>Raises alerts, and lists them until somebody looks after them.</summary>
internal sealed class Alerts(IDbContextFactory<EvaluatorContext> contexts, WebhookNotices notices, TimeProvider time)
{
    /// <summary>Adds one to the caller's unit of work.</summary>
    public async Task RaiseAsync(EvaluatorContext db, string tenant, Guid memory, Guid? llm, string? bridge, Guid? evaluation, string kind, string message, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var alert = new Alert { Id = Guid.CreateVersion7(now), TenantId = tenant, MemoryId = memory, LlmId = llm, BridgeId = bridge, EvaluationId = evaluation, Kind = kind, Message = message, RaisedAt = now };
        db.Alerts.Add(alert);
        await notices.TellAsync(db, tenant, WebhookEvents.AlertRaised, new { alert.Id, Memory = memory, Llm = llm, Bridge = bridge, Evaluation = evaluation, Kind = kind, Message = message, RaisedAt = now }, cancellationToken);
    }

    /// <summary>The latest first; those that were acknowledged only when asked for.</summary>
    public async Task<IReadOnlyList<Alert>> ListAsync(Caller caller, Guid? memory, bool acknowledged, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Alerts.AsNoTracking().Where(a => (all || a.TenantId == tenant) && (memory == null || a.MemoryId == memory) && (acknowledged || a.AcknowledgedAt == null))
            .OrderByDescending(a => a.RaisedAt).ThenByDescending(a => a.Id).Take(Page.Size(limit)).ToListAsync(cancellationToken);
    }

    /// <summary>Says that somebody looks after it; the first to say so stands.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such alert.</exception>
    public async Task<Alert> AcknowledgeAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var alert = await db.Alerts.SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
        if (alert is null || !caller.MaySee(alert.TenantId)) throw new KeyNotFoundException($"there is no alert {id}; list the alerts for their ids");
        if (alert.AcknowledgedAt is null)
        {
            (alert.AcknowledgedBy, alert.AcknowledgedAt) = (caller.Name, time.GetUtcNow());
            db.Audit(alert.TenantId, caller.Name, "acknowledge alert", id.ToString(), alert.MemoryId, null, new { alert.Kind, alert.Message }, null, alert.AcknowledgedAt.Value);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return alert;
    }
}
