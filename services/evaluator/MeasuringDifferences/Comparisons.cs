using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.MeasuringDifferences;

/// <summary>Compares any two of a caller's evaluations.</summary>
internal sealed class Comparisons(Evaluations evaluations, ScoredParts parts)
{
    /// <exception cref="KeyNotFoundException">The caller has no such evaluation.</exception>
    /// <exception cref="ArgumentException">They were taken under different protocols or, of general ability, on different data, or share no probe.</exception>
    public async Task<(Evaluation First, Evaluation Second, Comparison Comparison)> CompareAsync(Caller caller, Guid first, Guid second, CancellationToken cancellationToken)
    {
        var (one, other) = (await evaluations.FindAsync(caller, first, cancellationToken), await evaluations.FindAsync(caller, second, cancellationToken));
        // Before a hundred thousand outcomes are read.
        Scores.RefuseIfOtherProtocol(one.Protocol, other.Protocol);
        if (one.Protocol == ScoringProtocol.GeneralAbility && one.ProbeSetId != other.ProbeSetId)
            throw new ArgumentException($"evaluations {first} and {second} asked different questions (data {one.ProbeSetId} and {other.ProbeSetId}); measure both with one folder, seed and limit");
        var comparison = Comparison.Of(one.Protocol, await parts.ReadAsync(first, cancellationToken), await parts.ReadAsync(second, cancellationToken))
            ?? throw new ArgumentException($"evaluations {first} and {second} share no probe, so nothing can be paired; evaluate both bridges on one probe set");
        return (one, other, comparison);
    }
}
