using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Auditing;

/// <summary>Which entries are wanted; null for any.</summary>
/// <param name="Memory">Of this memory.</param>
/// <param name="Who">Made by them.</param>
/// <param name="What">Called so.</param>
/// <param name="Since">From then on.</param>
/// <param name="Before">Up to, but not at, that moment.</param>
internal sealed record AuditFilter(Guid? Memory, string? Who, string? What, DateTimeOffset? Since, DateTimeOffset? Before);

/// <summary>Reads what was changed; an administrator sees its own tenant's.</summary>
internal sealed class AuditLog(IDbContextFactory<EvaluatorContext> contexts)
{
    /// <summary>The latest first.</summary>
    public async Task<Page<AuditEntry>> ListAsync(Caller caller, AuditFilter filter, int limit, string page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = db.AuditEntries.AsNoTracking();
        if (!caller.IsForAll) entries = entries.Where(e => e.TenantId == caller.Tenant);
        if (filter.Memory is { } memory) entries = entries.Where(e => e.MemoryId == memory);
        if (filter.Who is { } who) entries = entries.Where(e => e.MadeBy == who);
        if (filter.What is { } what) entries = entries.Where(e => e.What == what);
        if (filter.Since is { } since) entries = entries.Where(e => e.MadeAt >= since);
        if (filter.Before is { } before) entries = entries.Where(e => e.MadeAt < before);
        return await Page.OfAsync(entries.OrderByDescending(e => e.MadeAt).ThenByDescending(e => e.Id), limit, page, cancellationToken);
    }
}
