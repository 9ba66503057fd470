using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Auditing;

/// <summary>Reads what was changed; an administrator sees its own tenant's.</summary>
internal sealed class AuditLog(IDbContextFactory<EvaluatorContext> contexts)
{
    /// <summary>The latest first.</summary>
    public async Task<Page<AuditEntry>> ListAsync(Caller caller, Guid? memory, int limit, string page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await Page.OfAsync(
            db.AuditEntries.AsNoTracking().Where(e => (all || e.TenantId == tenant) && (memory == null || e.MemoryId == memory)).OrderByDescending(e => e.MadeAt).ThenByDescending(e => e.Id),
            limit, page, cancellationToken);
    }
}
