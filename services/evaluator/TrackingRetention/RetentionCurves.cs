using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.TrackingRetention;

/// <summary>How the edits of one commit fare in one bridge.</summary>
/// <param name="Cohort">The commit that the edits came with.</param>
/// <param name="Evaluation">Of which bridge.</param>
/// <param name="Scores">Over the cohort's probes.</param>
internal sealed record RetentionPoint(long Cohort, Evaluation Evaluation, Scores Scores);

/// <summary>Some of the edits of one bridge.</summary>
/// <param name="Edits">How many.</param>
/// <param name="FirstCommit">The commit that the oldest of them came with.</param>
/// <param name="LastCommit">The commit that the newest of them came with.</param>
/// <param name="Scores">Over their probes.</param>
internal sealed record RetentionCohort(int Edits, long FirstCommit, long LastCommit, Scores Scores);

/// <summary>How the edits of each commit fare in each later bridge.</summary>
/// <param name="Protocol">How the scores were taken.</param>
/// <param name="Points">By cohort, then by the bridge's commit.</param>
/// <param name="Oldest">The oldest edits in the bridge of the latest commit; null where fewer than two were scored.</param>
/// <param name="Newest">The newest ones, as many.</param>
internal sealed record Retention(string Protocol, IReadOnlyList<RetentionPoint> Points, RetentionCohort? Oldest, RetentionCohort? Newest);

/// <summary>Whether edits hold while others come after them: the edits of each commit, scored with each later bridge.</summary>
internal sealed class RetentionCurves(IDbContextFactory<EvaluatorContext> contexts, OwnedMemories memories, EvaluationSettings settings)
{
    private const int DefaultEdits = 1000;

    /// <summary>Of a bridge that was scored several times, the latest scores.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="llm">The LLM version.</param>
    /// <param name="protocol">Null: the one that promotes.</param>
    /// <param name="edits">Edits in the oldest and the newest cohort; 0: as many as by default.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<Retention> ReadAsync(Caller caller, Guid memory, Guid llm, string? protocol, int edits, CancellationToken cancellationToken)
    {
        if (edits < 0) throw new ArgumentException($"edits is {edits}; give 1 or more, or 0 for {DefaultEdits}");
        var wanted = ScoringProtocol.Checked("protocol", protocol ?? settings.Protocol, forGate: false);
        await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var taken = (await db.Evaluations.AsNoTracking().Where(e => e.MemoryId == memory && e.LlmId == llm && e.Protocol == wanted && e.Cause == EvaluationCause.Bridge).ToListAsync(cancellationToken))
            .GroupBy(e => e.BridgeId, StringComparer.Ordinal).Select(g => g.MaxBy(e => e.CompletedAt)!).ToList();
        var ids = taken.Select(e => e.Id).ToList();
        var values = await db.Outcomes.AsNoTracking().Where(o => ids.Contains(o.EvaluationId) && o.Cohort != null && o.Value != null)
            .Select(o => new OfEdit(o.EvaluationId, o.Cohort!.Value, o.EditId!, o.Kind, o.Value!.Value)).ToListAsync(cancellationToken);
        var points = from evaluation in taken
                     join value in values on evaluation.Id equals value.Evaluation into mine
                     from cohort in mine.GroupBy(v => v.Cohort)
                     orderby cohort.Key, evaluation.CommitSequence, evaluation.CompletedAt
                     select new RetentionPoint(cohort.Key, evaluation, Of(wanted, cohort));
        var latest = taken.OrderBy(e => e.CommitSequence).ThenBy(e => e.CompletedAt).LastOrDefault();
        // Edits of one commit are of one age; among them the id decides.
        var scored = values.Where(v => v.Evaluation == latest?.Id).GroupBy(v => v.Edit, StringComparer.Ordinal).OrderBy(g => g.First().Cohort).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        var size = Math.Min(edits == 0 ? DefaultEdits : edits, scored.Count / 2);
        return new Retention(wanted, [.. points], Cohort(wanted, scored.Take(size)), Cohort(wanted, scored.TakeLast(size)));
    }

    private static RetentionCohort? Cohort(string protocol, IEnumerable<IGrouping<string, OfEdit>> edits)
    {
        var all = edits.ToList();
        return all.Count == 0 ? null : new RetentionCohort(all.Count, all[0].First().Cohort, all[^1].First().Cohort, Of(protocol, all.SelectMany(e => e)));
    }

    private static Scores Of(string protocol, IEnumerable<OfEdit> values) => Scores.Of(protocol, [.. values.Select(v => (v.Kind, v.Value))]);

    private sealed record OfEdit(Guid Evaluation, long Cohort, string Edit, string Kind, double Value);
}
