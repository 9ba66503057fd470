using Microsoft.EntityFrameworkCore;
using MindBridge.BridgeTrainer.TrainingBridges;
using MindBridge.Platform.Jobs;

namespace MindBridge.BridgeTrainer.FindingMissingBridges;

/// <summary>Asks for every bridge that should be a memory's latest to an LLM version and is not.</summary>
internal sealed class MissingBridges(LiveMemories memories, JobQueue<BridgeContext> jobs)
{
    /// <summary>Adds the jobs to the caller's unit of work; returns how many were missing.</summary>
    public async Task<int> EnqueueAsync(BridgeContext db, Guid? memory, Guid? llm, CancellationToken cancellationToken)
    {
        var missing = 0;
        foreach (var pair in await memories.PairsAsync(memory, llm, cancellationToken))
            if (await EnqueueAsync(db, pair, cancellationToken)) missing++;
        return missing;
    }

    /// <summary>Adds the job of a pair, where the turn of an older one was that is not wanted any more.</summary>
    public async Task EnqueueInPlaceAsync(BridgeContext db, Pair pair, DateTimeOffset askedAt, CancellationToken cancellationToken)
    {
        await EnqueueAsync(db, pair, cancellationToken);
        await jobs.TakePlaceAsync(db, TrainBridge.JobKind, memories.KeyOf(pair), askedAt, cancellationToken);
    }

    private async Task<bool> EnqueueAsync(BridgeContext db, Pair pair, CancellationToken cancellationToken)
    {
        var key = memories.KeyOf(pair);
        var latest = await db.Bridges.Where(b => b.MemoryId == pair.MemoryId && b.LlmId == pair.LlmId).OrderByDescending(b => b.CommitSequence).ThenByDescending(b => b.TrainedAt)
            .Select(b => b.BusinessKey).FirstOrDefaultAsync(cancellationToken);
        // A job that is done without being the latest was superseded, and is wanted again: a memory may come back to what it held before.
        return latest != key
            && (await jobs.EnqueueAsync(db, TrainBridge.JobKind, key, new BridgeToTrain(pair.Set.Tenant, pair.MemoryId, pair.LlmId), cancellationToken)
                || await jobs.ReopenAsync(db, TrainBridge.JobKind, key, cancellationToken));
    }
}
