using Microsoft.EntityFrameworkCore;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>The outcomes of an evaluation that goes on where it was killed: in parts, each stored whole or not at all.</summary>
internal sealed class ScoredParts(IDbContextFactory<EvaluatorContext> contexts)
{
    // No protocol counts below zero.
    private const double Unscored = -1;

    /// <summary>How many probes, from the first on, have their outcome.</summary>
    public async Task<int> CountAsync(Guid evaluation, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Outcomes.CountAsync(o => o.EvaluationId == evaluation, cancellationToken);
    }

    /// <summary>Stores a part. One that a worker before stored stays as it is.</summary>
    public async Task KeepAsync(IReadOnlyList<ProbeOutcome> part, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var o in part)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO probe_outcomes (evaluation_id, place, kind, edit_id, prompt, answer, before_text, after_text, value, cohort)
                VALUES ({o.EvaluationId}, {o.Place}, {o.Kind}, NULLIF({o.EditId ?? ""}, ''), {o.Prompt}, {o.Answer}, {o.BeforeText}, {o.AfterText}, NULLIF({o.Value ?? Unscored}, {Unscored}), NULLIF({o.Cohort ?? 0L}, 0)) ON CONFLICT DO NOTHING
                """,
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ProbeOutcome>> ReadAsync(Guid evaluation, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Outcomes.AsNoTracking().Where(o => o.EvaluationId == evaluation).OrderBy(o => o.Place).ToListAsync(cancellationToken);
    }
}
