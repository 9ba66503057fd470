using System.Text.Json;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>Tells task by task what an LLM could do before and after.</summary>
internal sealed class AbilityReports(Evaluations evaluations)
{
    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    /// <exception cref="ArgumentException">It measured something else.</exception>
    public async Task<(Evaluation Evaluation, AbilitySettings Settings, IReadOnlyList<AbilityFigure> Figures)> ReadAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var evaluation = await evaluations.FindAsync(caller, id, cancellationToken);
        if (evaluation.Protocol != ScoringProtocol.GeneralAbility) throw new ArgumentException($"evaluation {id} was taken under {evaluation.Protocol}, which measures how edits hold; get it as any evaluation");
        var (_, outcomes) = await evaluations.GetAsync(caller, id, cancellationToken);
        return (evaluation, JsonSerializer.Deserialize<AbilitySettings>(evaluation.Settings!)!, AbilityFigures.Of(outcomes));
    }
}
