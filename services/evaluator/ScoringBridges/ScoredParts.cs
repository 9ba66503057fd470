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
                INSERT INTO probe_outcomes (evaluation_id, place, kind, edit_id, prompt, answer, before_text, after_text, value, cohort, base_value, edited)
                VALUES ({o.EvaluationId}, {o.Place}, {o.Kind}, NULLIF({o.EditId ?? ""}, ''), {Storable(o.Prompt)}, {Storable(o.Answer)}, {Storable(o.BeforeText)}, {Storable(o.AfterText)}, NULLIF({o.Value ?? Unscored}, {Unscored}), NULLIF({o.Cohort ?? 0L}, 0),
                    NULLIF({o.BaseValue ?? Unscored}, {Unscored}), {o.Edited ?? false}) ON CONFLICT DO NOTHING
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

    // A user or an LLM may say anything; Postgres stores no NUL.
    private static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal);
}
