using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>Lets the challenger answer a part of the users, or shadow them, and takes it back when it breaches a limit.</summary>
internal sealed class Trials(IDbContextFactory<EvaluatorContext> contexts, Canaries canaries, TimeProvider time)
{
    /// <summary>Begins a canary, or changes one that runs.</summary>
    /// <param name="bridge">Must be the challenger; null: whichever it is.</param>
    /// <param name="althoughItFailed">Why one that did not pass its gate may be tried on users.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version.</exception>
    /// <exception cref="RefusedNowException">There is no champion, no such challenger, or it did not pass its gate.</exception>
    public Task<Deployment> SetCanaryAsync(Caller caller, Guid memory, Guid llm, string? bridge, int percent, TrafficLimits limits, string? althoughItFailed, CancellationToken cancellationToken)
    {
        if (percent is < 1 or > 99) throw new ArgumentException($"percent is {percent}; give 1 to 99 of 100 users, or stop the canary");
        var checkedLimits = limits.Checked();
        return ChangeAsync(caller, memory, llm, "set canary", althoughItFailed, async (db, deployment) =>
        {
            NeedBoth(deployment, bridge);
            var why = await db.WhyNotAsync(deployment, deployment.Challenger!, await db.GatingScoresAsync(deployment.Challenger, memory, llm, cancellationToken), cancellationToken);
            if (why.Count > 0 && string.IsNullOrWhiteSpace(althoughItFailed))
                throw new RefusedNowException($"bridge {deployment.Challenger} did not pass its gate ({string.Join("; ", why)}); say in although_it_failed why users shall get its answers all the same");
            // What was seen before the canary, or under a smaller one, is no reason to stop this one.
            (deployment.CanaryPercent, deployment.Limits, deployment.TrialSince) = (percent, (checkedLimits with { AlthoughItFailed = why.Count > 0 }).ToJson(), time.GetUtcNow());
        }, cancellationToken);
    }

    /// <summary>Ends a canary; the shadow, if there is one, goes on.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version.</exception>
    /// <exception cref="RefusedNowException">There is no canary.</exception>
    public Task<Deployment> StopCanaryAsync(Caller caller, Guid memory, Guid llm, string? reason, CancellationToken cancellationToken) => ChangeAsync(caller, memory, llm, "stop canary", reason, (_, deployment) =>
    {
        if (deployment.CanaryPercent == 0) throw new RefusedNowException($"memory {memory} has no canary on LLM {llm}; there is nothing to stop");
        deployment.EndCanary();
        return Task.CompletedTask;
    }, cancellationToken);

    /// <summary>Begins, changes or, with 0, ends the shadow. It may have failed its gate: nobody gets its answers.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version.</exception>
    /// <exception cref="RefusedNowException">There is no champion or no challenger.</exception>
    public Task<Deployment> SetShadowAsync(Caller caller, Guid memory, Guid llm, int percent, CancellationToken cancellationToken)
    {
        if (percent is < 0 or > 100) throw new ArgumentException($"percent is {percent}; give 0 to 100 of 100 requests");
        return ChangeAsync(caller, memory, llm, "set shadow", null, (_, deployment) =>
        {
            if (percent > 0) NeedBoth(deployment, null);
            deployment.ShadowPercent = percent;
            deployment.TrialSince = deployment.IsTried ? deployment.TrialSince ?? time.GetUtcNow() : null;
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <summary>Adds what a replica saw, once, and stops the canary where a limit is breached.</summary>
    /// <exception cref="KeyNotFoundException">There is no such deployment.</exception>
    public async Task<Deployment> ReportAsync(Caller caller, TrafficReport report, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Its lock puts reports in one order, so the one that breaches a limit is the one that stops the canary.
        var deployment = await Deployments.FindAsync(db, caller, report.MemoryId, report.LlmId, cancellationToken);
        if (await db.TrafficReports.AnyAsync(r => r.Id == report.Id, cancellationToken)) return deployment;
        report.ReceivedAt = time.GetUtcNow();
        db.TrafficReports.Add(report);
        await db.SaveChangesAsync(cancellationToken);
        if (deployment.CanaryPercent > 0 && report.Champion == deployment.Champion && report.Challenger == deployment.Challenger
            && TrafficLimits.Read(deployment.Limits).Breach(await db.TotalAsync(deployment, cancellationToken)) is { } breach)
        {
            await canaries.StopAsync(db, deployment, breach, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return deployment;
    }

    /// <summary>What was seen of champion and challenger since the trial began; of a deployment without one, nothing.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version.</exception>
    public async Task<(Deployment Deployment, TrafficTotal Total)> TrafficAsync(Caller caller, Guid memory, Guid llm, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deployment = await db.Deployments.AsNoTracking().SingleOrDefaultAsync(d => d.MemoryId == memory && d.LlmId == llm, cancellationToken);
        if (deployment is null || !caller.MaySee(deployment.TenantId)) throw new KeyNotFoundException($"memory {memory} has no bridge on LLM {llm}; list the deployments for what there is");
        return (deployment, await db.TotalAsync(deployment, cancellationToken));
    }

    private async Task<Deployment> ChangeAsync(Caller caller, Guid memory, Guid llm, string what, string? reason, Func<EvaluatorContext, Deployment, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var deployment = await Deployments.FindAsync(db, caller, memory, llm, cancellationToken);
        var before = deployment.TrialView();
        await change(db, deployment);
        (deployment.Revision, deployment.ChangedAt) = (deployment.Revision + 1, time.GetUtcNow());
        db.Audit(deployment.TenantId, caller.Name, what, deployment.Subject(), memory, before, deployment.TrialView(), reason, deployment.ChangedAt);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deployment;
    }

    private static void NeedBoth(Deployment deployment, string? bridge)
    {
        if (deployment.Champion is null) throw new RefusedNowException($"memory {deployment.MemoryId} has no champion on LLM {deployment.LlmId} to compare with; promote a bridge first");
        if (deployment.Challenger is null) throw new RefusedNowException($"memory {deployment.MemoryId} has no challenger on LLM {deployment.LlmId}; train a bridge, and let the gate hold it for you (promote_by_hand)");
        if (bridge is not null && bridge != deployment.Challenger) throw new RefusedNowException($"the challenger is bridge {deployment.Challenger}, not {bridge}; name that one, or none");
    }
}
