using Microsoft.EntityFrameworkCore;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>Finds the commits that no event told of, and the encoders that are wanted again after their job had ended.</summary>
internal sealed class PlanWhatIsMissing(ServiceClients services, IDbContextFactory<EncoderContext> contexts, JobQueue<EncoderContext> jobs) : IReconcile
{
    public string What => "commits without encoders";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var amiss = 0;
        foreach (var wanted in await db.Missing.AsNoTracking().ToListAsync(cancellationToken))
            if (await jobs.ReopenAsync(db, TrainEncoder.JobKind, TrainEncoder.KeyOf(wanted.ShardId, wanted.ContentHash), cancellationToken)) amiss++;

        var planned = await db.Memories.AsNoTracking().ToDictionaryAsync(memory => memory.MemoryId, memory => memory.PlannedSequence, cancellationToken);
        var all = await services.EditRegistry().ListMemoriesAsync(new Wire.ListMemoriesRequest(), cancellationToken: cancellationToken);
        foreach (var memory in all.Memories)
        {
            var id = Guid.Parse(memory.Id);
            if (memory.LastCommitSequence <= planned.GetValueOrDefault(id)) continue;
            var last = await services.EditRegistry(memory.Tenant).ListCommitsAsync(new Wire.ListCommitsRequest { Memory = memory.Id, AfterSequence = memory.LastCommitSequence - 1 }, cancellationToken: cancellationToken);
            var commit = last.Commits[^1];
            if (await PlanShards.EnqueueAsync(jobs, db, new CommitToPlan(memory.Tenant, id, Guid.Parse(commit.Id), commit.Sequence), cancellationToken)) amiss++;
        }

        return amiss;
    }
}
