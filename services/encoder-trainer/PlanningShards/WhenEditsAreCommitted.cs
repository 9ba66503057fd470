using MindBridge.Contracts;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;

namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>Writes down that a commit is to be planned, and no more: the delivery is not held while anything long goes on.</summary>
internal sealed class WhenEditsAreCommitted(EncoderContext db, JobQueue<EncoderContext> jobs) : IHandle<EditsCommitted>
{
    public Task HandleAsync(EditsCommitted happened, CancellationToken cancellationToken) =>
        PlanShards.EnqueueAsync(jobs, db, new CommitToPlan(happened.TenantId, happened.MemoryId, happened.CommitId, happened.Sequence), cancellationToken);
}
