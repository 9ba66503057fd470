using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Reconciling;

namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>Removes what inference reported of trials long past: nothing is judged by it any more. A trial that runs keeps its reports, however old.</summary>
internal sealed class ForgetTraffic(IDbContextFactory<EvaluatorContext> contexts, EvaluationSettings settings, TimeProvider time) : IReconcile
{
    public string What => "old reports of tried challengers";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - settings.KeepTraffic;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.TrafficReports
            .Where(r => r.ReceivedAt < oldest && !db.Deployments.Any(d => d.MemoryId == r.MemoryId && d.LlmId == r.LlmId && d.TrialSince != null && d.TrialSince <= r.ReceivedAt))
            .ExecuteDeleteAsync(cancellationToken);
    }
}
