using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>What was scored so far; a caller sees its own tenant's.</summary>
internal sealed class Evaluations(IDbContextFactory<EvaluatorContext> contexts, ScoredParts parts)
{
    private const int DefaultRows = 100, MostRows = 1000;

    /// <summary>The latest first.</summary>
    public async Task<IReadOnlyList<Evaluation>> ListAsync(Caller caller, Guid? memory, Guid? llm, string? bridge, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Evaluations.AsNoTracking()
            .Where(e => (all || e.TenantId == tenant) && (memory == null || e.MemoryId == memory) && (llm == null || e.LlmId == llm) && (bridge == null || e.BridgeId == bridge))
            .OrderByDescending(e => e.CompletedAt).ThenBy(e => e.Id).Take(limit <= 0 ? DefaultRows : Math.Min(limit, MostRows)).ToListAsync(cancellationToken);
    }

    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    public async Task<(Evaluation Evaluation, IReadOnlyList<ProbeOutcome> Outcomes)> GetAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, cancellationToken);
        if (found is null || !caller.MaySee(found.TenantId)) throw new KeyNotFoundException($"there is no evaluation {id}; list the evaluations for their ids");
        return (found, await parts.ReadAsync(id, cancellationToken));
    }
}
