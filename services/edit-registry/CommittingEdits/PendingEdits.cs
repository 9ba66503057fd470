using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Metrics;

namespace MindBridge.EditRegistry.CommittingEdits;

/// <summary>How many edits of each memory wait for a commit, and since when.</summary>
internal sealed class PendingEdits(IDbContextFactory<RegistryContext> contexts, TimeProvider time) : IGauges
{
    public async Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (now, memories) = (time.GetUtcNow(), await db.Memories.AsNoTracking().ToListAsync(cancellationToken));
        return
        [
            .. memories.Select(m => new Reading("mindbridge.edits.pending", null, "Edits that wait for a commit.", m.Pending, ("tenant", m.TenantId), ("memory", m.Id.ToString()))),
            .. memories.Select(m => new Reading("mindbridge.edits.pending.age", "s", "How long the first edit that waits for a commit has waited.", m.PendingSince is { } since ? (now - since).TotalSeconds : 0, ("tenant", m.TenantId), ("memory", m.Id.ToString()))),
        ];
    }
}
