using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Deploying;

/// <summary>Which bridge serves which memory on which LLM version, and what operators change of it by hand.</summary>
internal sealed class Deployments(IDbContextFactory<EvaluatorContext> contexts, WebhookNotices notices, TimeProvider time)
{
    public async Task<IReadOnlyList<Deployment>> ListAsync(Caller caller, Guid? memory, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Deployments.AsNoTracking().Where(d => (all || d.TenantId == tenant) && (memory == null || d.MemoryId == memory)).OrderBy(d => d.TenantId).ThenBy(d => d.MemoryId).ThenBy(d => d.LlmId).ToListAsync(cancellationToken);
    }

    /// <summary>What the challengers of these fail, by the gate as it stands now; of none that was not scored yet.</summary>
    public async Task<IReadOnlyDictionary<Deployment, IReadOnlyList<string>>> StandingAsync(IReadOnlyList<Deployment> listed, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ChallengersWhyNotAsync(listed, cancellationToken);
    }

    /// <summary>What served when, the latest first.</summary>
    public async Task<IReadOnlyList<DeploymentChange>> ListChangesAsync(Caller caller, Guid? memory, Guid? llm, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.DeploymentChanges.AsNoTracking()
            .Where(c => (memory == null || c.MemoryId == memory) && (llm == null || c.LlmId == llm) && db.Deployments.Any(d => d.MemoryId == c.MemoryId && d.LlmId == c.LlmId && (all || d.TenantId == tenant)))
            .OrderByDescending(c => c.MadeAt).ThenByDescending(c => c.Sequence).Take(Page.Size(limit)).ToListAsync(cancellationToken);
    }

    /// <summary>Makes a bridge the champion by hand.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="llm">The LLM version.</param>
    /// <param name="bridge">The bridge.</param>
    /// <param name="althoughItFailed">Why one that failed its gate shall serve all the same.</param>
    /// <param name="reason">Why, for the history; the sentence before stands in its place where there is one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version, or it no such bridge.</exception>
    /// <exception cref="RefusedNowException">The bridge failed its gate and nobody says why it shall serve all the same.</exception>
    public async Task<Deployment> PromoteAsync(Caller caller, Guid memory, Guid llm, string bridge, string? althoughItFailed, string? reason, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var deployment = await FindAsync(db, caller, memory, llm, cancellationToken);
        if (deployment.Champion == bridge) return deployment;
        var scores = await db.GatingScoresAsync(bridge, memory, llm, cancellationToken);
        if (scores.Count == 0)
        {
            throw deployment.Challenger == bridge
                ? new RefusedNowException($"bridge {bridge} is being evaluated; wait for its scores, then promote it")
                : new KeyNotFoundException($"memory {memory} has no evaluated bridge {bridge} on LLM {llm}; list its evaluations for bridges");
        }

        var reasons = await db.WhyNotAsync(deployment, bridge, scores, cancellationToken);
        if (reasons.Count > 0 && string.IsNullOrWhiteSpace(althoughItFailed))
            throw new RefusedNowException($"bridge {bridge} did not pass its gate ({string.Join("; ", reasons)}); say in although_it_failed why it shall serve all the same");
        db.Promote(deployment, bridge, scores.Values.First().CommitSequence, ChangeCause.Operator, caller.Name, Said(althoughItFailed) ?? Said(reason), time);
        await notices.TellPromotedAsync(db, deployment, ChangeCause.Operator, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deployment;
    }

    /// <summary>Gives the place back to the bridge before.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory on that LLM version.</exception>
    /// <exception cref="RefusedNowException">There was none before.</exception>
    public async Task<Deployment> RollBackAsync(Caller caller, Guid memory, Guid llm, string? reason, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var deployment = await FindAsync(db, caller, memory, llm, cancellationToken);
        if (deployment.Champion is null || deployment.Previous is null)
            throw new RefusedNowException($"memory {memory} had no bridge on LLM {llm} before {deployment.Champion ?? "now"}, so there is nothing to roll back to; promote another bridge instead");
        await db.RollBackAsync(deployment, caller.Name, Said(reason), time, cancellationToken);
        await notices.TellRolledBackAsync(db, deployment, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deployment;
    }

    /// <summary>The caller's deployment, locked.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static async Task<Deployment> FindAsync(EvaluatorContext db, Caller caller, Guid memory, Guid llm, CancellationToken cancellationToken) =>
        await db.FindLockedAsync(memory, llm, cancellationToken) is { } found && caller.MaySee(found.TenantId)
            ? found
            : throw new KeyNotFoundException($"memory {memory} has no bridge on LLM {llm}; list the deployments for what there is");

    private static string? Said(string? reason) => string.IsNullOrWhiteSpace(reason) ? null : reason;
}
