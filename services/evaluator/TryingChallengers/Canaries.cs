using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.WatchingQuality;

namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>Ends canaries without being asked, inside the transaction of whoever found out why, and tells.</summary>
internal sealed class Canaries(Alerts alerts, TimeProvider time)
{
    /// <summary>Ends the canary that runs; a shadow goes on, for nobody gets its answers.</summary>
    public async Task StopAsync(EvaluatorContext db, Deployment deployment, string why, CancellationToken cancellationToken)
    {
        var before = deployment.TrialView();
        deployment.EndCanary();
        (deployment.Revision, deployment.ChangedAt) = (deployment.Revision + 1, time.GetUtcNow());
        db.Audit(deployment.TenantId, AuditTrail.Evaluator, "stop canary", deployment.Subject(), deployment.MemoryId, before, deployment.TrialView(), why, deployment.ChangedAt);
        await alerts.RaiseAsync(db, deployment.TenantId, deployment.MemoryId, deployment.LlmId, deployment.Challenger, null, AlertKind.CanaryStopped, $"the canary of bridge {deployment.Challenger} was stopped: {why}", cancellationToken);
    }

    /// <summary>Ends the canary of a bridge that turned out to fail its gate, where one runs; not one that was begun although its bridge had failed, for somebody said why.</summary>
    public async Task StopOfFailedAsync(EvaluatorContext db, Deployment deployment, string bridge, IReadOnlyList<string> reasons, CancellationToken cancellationToken)
    {
        if (reasons.Count == 0 || deployment.CanaryPercent == 0 || deployment.Challenger != bridge || TrafficLimits.Read(deployment.Limits).AlthoughItFailed) return;
        await StopAsync(db, deployment, $"it fails its gate: {string.Join("; ", reasons)}", cancellationToken);
    }
}
