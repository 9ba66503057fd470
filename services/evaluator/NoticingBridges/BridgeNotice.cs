using MindBridge.Contracts;
using MindBridge.Evaluator.Gating;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;

namespace MindBridge.Evaluator.NoticingBridges;

/// <summary>A bridge was trained: a job for each protocol of its gate evaluates it.</summary>
internal sealed class BridgeNotice(EvaluatorContext db, JobQueue<EvaluatorContext> jobs, EvaluationSettings settings) : IHandle<BridgeTrained>
{
    public const string Queue = "evaluator.bridge-trained";

    public async Task HandleAsync(BridgeTrained happened, CancellationToken cancellationToken)
    {
        var gate = (await db.LatestGateAsync(happened.MemoryId, cancellationToken))?.Gate();
        foreach (var protocol in gate?.Protocols ?? [settings.Protocol])
        {
            var job = new EvaluateBridge(happened.TenantId, happened.MemoryId, happened.LlmId, happened.BridgeId, happened.ProbeSetIds, protocol);
            await jobs.EnqueueAsync(db, EvaluateBridge.Kind, job.Key, job, cancellationToken);
        }
    }
}
