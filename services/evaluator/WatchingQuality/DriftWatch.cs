using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>Sees whether what serves scores less than it did when it was scored first under the same protocol.</summary>
internal sealed class DriftWatch(ScoredParts parts, Alerts alerts)
{
    /// <summary>Raises an alert where a figure fell on the same probes, and not by chance; once, until it is as it was again.</summary>
    public async Task LookAsync(EvaluatorContext db, TakenScores taken, CancellationToken cancellationToken)
    {
        var bridge = taken.Bridge;
        var others = db.Evaluations.AsNoTracking().Where(e => e.BridgeId == bridge.BridgeId && e.Protocol == bridge.Protocol && e.MemoryId == bridge.MemoryId && e.LlmId == bridge.LlmId && e.Id != taken.Id);
        var first = await others.OrderBy(e => e.ProbeSetId == taken.ProbeSet ? 0 : 1).ThenBy(e => e.CompletedAt).FirstOrDefaultAsync(cancellationToken);
        if (first is null) return;
        var fell = await FallenAsync(bridge.Protocol, first.Id, taken.Id, cancellationToken);
        if (fell.Count == 0) return;
        // The tick before may have found the same, and raised the alert.
        var last = await others.Where(e => e.Cause == EvaluationCause.Schedule && e.ProbeSetId == taken.ProbeSet && e.Id != first.Id).OrderByDescending(e => e.CompletedAt).FirstOrDefaultAsync(cancellationToken);
        var told = last is null ? [] : (await FallenAsync(bridge.Protocol, first.Id, last.Id, cancellationToken)).Select(f => f.Figure).ToHashSet(StringComparer.Ordinal);
        if (fell.All(f => told.Contains(f.Figure))) return;
        var figures = fell.Select(f => FormattableString.Invariant($"{f.Figure} {f.First:0.0} to {f.Second:0.0} over {f.Pairs} probes (p = {f.P:0.000})"));
        await alerts.RaiseAsync(
            db, bridge.Tenant, bridge.MemoryId, bridge.LlmId, bridge.BridgeId, taken.Id, AlertKind.Drift,
            FormattableString.Invariant($"bridge {bridge.BridgeId} scores less under {bridge.Protocol} than on {first.CompletedAt:yyyy-MM-dd}: {string.Join(", ", figures)}"), cancellationToken);
    }

    private async Task<IReadOnlyList<FigureDifference>> FallenAsync(string protocol, Guid first, Guid second, CancellationToken cancellationToken) =>
        [.. Comparison.Of(protocol, await parts.ReadAsync(first, cancellationToken), await parts.ReadAsync(second, cancellationToken))?.Figures.Where(f => f.Significant && ScoringProtocol.Gain(protocol, f.Figure, f.First, f.Second) < 0) ?? []];
}
