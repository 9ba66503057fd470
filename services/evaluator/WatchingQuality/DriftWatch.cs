using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>Sees whether what serves scores less than it did when it was scored first under the same protocol.</summary>
internal sealed class DriftWatch(ScoredParts parts, Alerts alerts)
{
    /// <summary>Raises an alert where a figure fell on the same probes, and not by chance.</summary>
    public async Task LookAsync(EvaluatorContext db, TakenScores taken, CancellationToken cancellationToken)
    {
        var bridge = taken.Bridge;
        var first = await db.Evaluations.AsNoTracking().Where(e => e.BridgeId == bridge.BridgeId && e.Protocol == bridge.Protocol && e.MemoryId == bridge.MemoryId && e.LlmId == bridge.LlmId && e.Id != taken.Id)
            .OrderBy(e => e.ProbeSetId == taken.ProbeSet ? 0 : 1).ThenBy(e => e.CompletedAt).FirstOrDefaultAsync(cancellationToken);
        if (first is null) return;
        var comparison = Comparison.Of(bridge.Protocol, await parts.ReadAsync(first.Id, cancellationToken), await parts.ReadAsync(taken.Id, cancellationToken));
        var worse = bridge.Protocol == ScoringProtocol.Divergence ? 1 : -1;
        var fell = comparison?.Figures.Where(f => f.Significant && Math.Sign(f.Difference) == worse).ToList() ?? [];
        if (fell.Count == 0) return;
        var figures = fell.Select(f => FormattableString.Invariant($"{f.Figure} {f.First:0.0} to {f.Second:0.0} over {f.Pairs} probes (p = {f.P:0.000})"));
        await alerts.RaiseAsync(
            db, bridge.Tenant, bridge.MemoryId, bridge.LlmId, bridge.BridgeId, taken.Id, AlertKind.Drift,
            FormattableString.Invariant($"bridge {bridge.BridgeId} scores less under {bridge.Protocol} than on {first.CompletedAt:yyyy-MM-dd}: {string.Join(", ", figures)}"), cancellationToken);
    }
}
