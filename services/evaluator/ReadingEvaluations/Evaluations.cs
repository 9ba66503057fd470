using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>What was scored so far; a caller sees its own tenant's.</summary>
internal sealed class Evaluations(IDbContextFactory<EvaluatorContext> contexts, ScoredParts parts)
{
    /// <summary>The latest first.</summary>
    public async Task<IReadOnlyList<Evaluation>> ListAsync(Caller caller, Guid? memory, Guid? llm, string? bridge, string? cause, string? protocol, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        return await db.Evaluations.AsNoTracking()
            .Where(e => (all || e.TenantId == tenant) && (memory == null || e.MemoryId == memory) && (llm == null || e.LlmId == llm) && (bridge == null || e.BridgeId == bridge)
                && (cause == null || e.Cause == cause) && (protocol == null || e.Protocol == protocol))
            .OrderByDescending(e => e.CompletedAt).ThenBy(e => e.Id).Take(Page.Size(limit)).ToListAsync(cancellationToken);
    }

    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    public async Task<(Evaluation Evaluation, IReadOnlyList<ProbeOutcome> Outcomes)> GetAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var found = await FindAsync(caller, id, cancellationToken);
        return (found, await parts.ReadAsync(id, cancellationToken));
    }

    /// <summary>Probe by probe, of one evaluation or, over all that are completed, of one edit; the latest evaluation first.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    /// <exception cref="ArgumentException">Neither is named, or the page is none.</exception>
    public async Task<Page<(Evaluation Evaluation, ProbeOutcome Outcome)>> ListOutcomesAsync(Caller caller, Guid? evaluation, string? edit, string? kind, bool misses, int limit, string page, CancellationToken cancellationToken)
    {
        if (evaluation is null && edit is null) throw new ArgumentException("neither evaluation_id nor edit_id is given; name an evaluation, or an edit");
        if (evaluation is { } id) await FindAsync(caller, id, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (all, tenant) = (caller.IsForAll, caller.Tenant);
        // As ScoringProtocol.IsHit has it, in words that a database knows.
        var lessIsBetter = ScoringProtocol.LessIsBetter;
        var rows = from outcome in db.Outcomes.AsNoTracking()
                   join taken in db.Evaluations.AsNoTracking() on outcome.EvaluationId equals taken.Id
                   where (all || taken.TenantId == tenant) && (evaluation == null || taken.Id == evaluation) && (edit == null || outcome.EditId == edit) && (kind == null || outcome.Kind == kind)
                       && outcome.Value != null && (!misses || (lessIsBetter.Contains(taken.Protocol) || lessIsBetter.Contains(outcome.Kind) ? outcome.Value > 0 : outcome.Value < 1))
                   orderby taken.CompletedAt descending, taken.Id, outcome.Place
                   select new { taken, outcome };
        var found = await Page.OfAsync(rows, limit, page, cancellationToken);
        return new Page<(Evaluation, ProbeOutcome)>([.. found.Rows.Select(r => (r.taken, r.outcome))], found.Next);
    }

    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    public async Task<Evaluation> FindAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, cancellationToken);
        return found is not null && caller.MaySee(found.TenantId) ? found : throw new KeyNotFoundException($"there is no evaluation {id}; list the evaluations for their ids");
    }
}
