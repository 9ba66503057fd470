using MindBridge.Contracts;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;

namespace MindBridge.Evaluator.NoticingBridges;

/// <summary>A bridge was trained: a job evaluates it.</summary>
internal sealed class BridgeNotice(EvaluatorContext db, JobQueue<EvaluatorContext> jobs, EvaluationSettings settings) : IHandle<BridgeTrained>
{
    public const string Queue = "evaluator.bridge-trained";

    public Task HandleAsync(BridgeTrained happened, CancellationToken cancellationToken)
    {
        var job = new EvaluateBridge(happened.TenantId, happened.MemoryId, happened.LlmId, happened.BridgeId, happened.ProbeSetIds, settings.Protocol);
        return jobs.EnqueueAsync(db, EvaluateBridge.Kind, job.Key, job, cancellationToken);
    }
}
