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

/// <summary>Whether edits hold while others come after them: the edits of each commit, scored with each later bridge.</summary>
internal sealed class RetentionCurves(IDbContextFactory<EvaluatorContext> contexts, OwnedMemories memories, EvaluationSettings settings)
{
    /// <summary>By cohort, then by the bridge's commit; of a bridge that was scored several times, the latest.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<(string Protocol, IReadOnlyList<RetentionPoint> Points)> ReadAsync(Caller caller, Guid memory, Guid llm, string? protocol, CancellationToken cancellationToken)
    {
        var wanted = ScoringProtocol.Checked("protocol", protocol ?? settings.Protocol, forGate: false);
        await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var taken = (await db.Evaluations.AsNoTracking().Where(e => e.MemoryId == memory && e.LlmId == llm && e.Protocol == wanted && e.Cause == EvaluationCause.Bridge).ToListAsync(cancellationToken))
            .GroupBy(e => e.BridgeId, StringComparer.Ordinal).Select(g => g.MaxBy(e => e.CompletedAt)!).ToList();
        var ids = taken.Select(e => e.Id).ToList();
        var values = await db.Outcomes.AsNoTracking().Where(o => ids.Contains(o.EvaluationId) && o.Cohort != null && o.Value != null)
            .Select(o => new { o.EvaluationId, o.Cohort, o.Kind, o.Value }).ToListAsync(cancellationToken);
        var points = from evaluation in taken
                     join value in values on evaluation.Id equals value.EvaluationId into mine
                     from cohort in mine.GroupBy(v => v.Cohort!.Value)
                     let scores = Scores.Of(wanted, [.. cohort.Select(v => (v.Kind, v.Value!.Value))])
                     orderby cohort.Key, evaluation.CommitSequence, evaluation.CompletedAt
                     select new RetentionPoint(cohort.Key, evaluation, scores);
        return (wanted, [.. points]);
    }
}
