using Microsoft.EntityFrameworkCore;
using MindBridge.BridgeTrainer.TrainingBridges;

namespace MindBridge.BridgeTrainer.ListingBridges;

/// <summary>The bridges that were trained.</summary>
internal sealed class Bridges(IDbContextFactory<BridgeContext> contexts)
{
    /// <param name="tenant">Whose; null for every tenant's.</param>
    /// <param name="memory">Of which memory; null for all.</param>
    /// <param name="history">Every one, not the latest of each memory and LLM version.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<MemoryBridge>> ListAsync(string? tenant, Guid? memory, bool history, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = db.Bridges.AsNoTracking().Where(b => (tenant == null || b.TenantId == tenant) && (memory == null || b.MemoryId == memory));
        if (!history)
        {
            all = all.Where(b => !db.Bridges.Any(later => later.MemoryId == b.MemoryId && later.LlmId == b.LlmId
                && (later.CommitSequence > b.CommitSequence || (later.CommitSequence == b.CommitSequence && later.TrainedAt > b.TrainedAt))));
        }

        return await all.OrderBy(b => b.MemoryId).ThenBy(b => b.LlmId).ThenBy(b => b.CommitSequence).ThenBy(b => b.TrainedAt).ToListAsync(cancellationToken);
    }
}
