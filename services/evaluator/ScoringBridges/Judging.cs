using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Evaluator.WatchingQuality;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>What an evaluation came to.</summary>
/// <param name="Id">That of the job.</param>
/// <param name="Bridge">What was scored, and why.</param>
/// <param name="Commit">The commit that the bridge holds.</param>
/// <param name="Scores">The figures.</param>
/// <param name="ProbeSet">The probes, as an artifact.</param>
/// <param name="Probes">The probes.</param>
internal sealed record TakenScores(Guid Id, EvaluateBridge Bridge, long Commit, Scores Scores, string ProbeSet, IReadOnlyList<Probe> Probes);

/// <summary>
/// Records an evaluation and, of one that goes by the gate, promotes the bridge or says why not. All in the transaction that ends the job: between scores and promotion there is nothing that could be lost,
/// whenever the process is killed.
/// </summary>
internal sealed class Judging(WebhookNotices notices, Alerts alerts, Canaries canaries, DriftWatch drift, TimeProvider time, ILogger<Judging> logger)
{
    public async Task JudgeAsync(EvaluatorContext db, TakenScores taken, Gate ofSettings, CancellationToken cancellationToken)
    {
        var bridge = taken.Bridge;
        if (bridge.Cause == EvaluationCause.Bridge)
        {
            await DecideAsync(db, taken, ofSettings, cancellationToken);
            return;
        }

        await RecordAsync(db, taken, 0, false, [], [], cancellationToken);
        if (bridge.Cause != EvaluationCause.Schedule) return;
        await drift.LookAsync(db, taken, cancellationToken);
        await HoldCanaryAsync(db, taken, ofSettings, cancellationToken);
    }

    // What a schedule finds promotes nothing; but users get no more answers of a challenger that falls short of its gate. The champion is not compared: a schedule may have its own probes.
    private async Task HoldCanaryAsync(EvaluatorContext db, TakenScores taken, Gate ofSettings, CancellationToken cancellationToken)
    {
        var bridge = taken.Bridge;
        if (!ScoringProtocol.CanGate(bridge.Protocol) || await db.FindLockedAsync(bridge.MemoryId, bridge.LlmId, cancellationToken) is not { } deployment) return;
        var gate = (await db.LatestGateAsync(bridge.MemoryId, cancellationToken))?.Gate() ?? ofSettings;
        if (gate.Protocols.Contains(bridge.Protocol, StringComparer.Ordinal)) await canaries.StopOfFailedAsync(db, deployment, bridge.BridgeId, Under(bridge, gate.Judge(taken.Scores, null).Reasons), cancellationToken);
    }

    private async Task DecideAsync(EvaluatorContext db, TakenScores taken, Gate ofSettings, CancellationToken cancellationToken)
    {
        var (bridge, commit) = (taken.Bridge, taken.Commit);
        var deployment = await db.LockAsync(bridge.Tenant, bridge.MemoryId, bridge.LlmId, time, cancellationToken);
        var gate = (await db.LatestGateAsync(bridge.MemoryId, cancellationToken))?.Gate() ?? ofSettings;
        var champion = deployment.Champion == bridge.BridgeId ? null : deployment.Champion;
        var championScores = await db.GatingScoresAsync(champion, bridge.MemoryId, bridge.LlmId, cancellationToken);
        var verdict = gate.Judge(taken.Scores, championScores.GetValueOrDefault(bridge.Protocol)?.Taken());
        var (reasons, notes) = (verdict.Reasons.ToList(), verdict.Notes.ToList());
        if (champion is not null && !championScores.ContainsKey(bridge.Protocol)) notes.Add($"the champion {champion} was not compared: it has no scores under {bridge.Protocol}");
        if (commit < deployment.ChampionCommit) reasons.Add($"it holds commit {commit}, and the champion the newer commit {deployment.ChampionCommit}");
        if (await db.WasTakenBackAsync(deployment, bridge.BridgeId, cancellationToken)) reasons.Add("it was taken back by a roll-back; promote it by hand where it shall serve again");
        var passed = reasons.Count == 0;
        // The gate may name other protocols, too: each evaluation is judged by itself, the promotion by all.
        var elsewhere = (gate with { Rules = [.. gate.Rules.Where(r => r.Protocol != bridge.Protocol)] })
            .Judge(await db.GatingScoresAsync(bridge.BridgeId, bridge.MemoryId, bridge.LlmId, cancellationToken), championScores).Reasons;
        if (passed && elsewhere.Count > 0) notes.Add($"it waits for the gate's other protocols: {string.Join("; ", elsewhere)}");
        if (passed && elsewhere.Count == 0 && gate.PromoteByHand && deployment.Champion != bridge.BridgeId) notes.Add(Evaluation.WaitsForOperator);

        await RecordAsync(db, taken, gate.Version, passed, reasons, notes, cancellationToken);
        var promoted = passed && elsewhere.Count == 0 && deployment.Champion != bridge.BridgeId && !gate.PromoteByHand;
        if (promoted)
        {
            db.Promote(deployment, bridge.BridgeId, commit, ChangeCause.Gate, AuditTrail.Evaluator, null, time);
            await notices.TellPromotedAsync(db, deployment, ChangeCause.Gate, cancellationToken);
        }
        else if (commit >= (deployment.ChampionCommit ?? long.MinValue)) deployment.Challenge(bridge.BridgeId, commit, time.GetUtcNow());

        if (!passed)
        {
            var (kind, what) = deployment.Champion == bridge.BridgeId ? (AlertKind.GateTightened, "the champion goes on serving, but fails its gate") : (AlertKind.Held, $"bridge {bridge.BridgeId} was held");
            await alerts.RaiseAsync(db, bridge.Tenant, bridge.MemoryId, bridge.LlmId, bridge.BridgeId, taken.Id, kind, $"{what}: {string.Join("; ", reasons)}", cancellationToken);
            await canaries.StopOfFailedAsync(db, deployment, bridge.BridgeId, Under(bridge, reasons), cancellationToken);
        }

        logger.LogInformation(
            "bridge {Bridge} of memory {Memory} on LLM {Llm} {Outcome} {Reasons}", bridge.BridgeId, bridge.MemoryId, bridge.LlmId, promoted ? "passed its gate" : passed ? "passed and waits:" : "was held:", string.Join("; ", reasons.Concat(elsewhere)));
    }

    private static IReadOnlyList<string> Under(EvaluateBridge bridge, IReadOnlyList<string> reasons) => [.. reasons.Select(reason => $"{bridge.Protocol}: {reason}")];

    private async Task RecordAsync(EvaluatorContext db, TakenScores taken, long gate, bool passed, IReadOnlyList<string> reasons, IReadOnlyList<string> notes, CancellationToken cancellationToken)
    {
        var (bridge, scores) = (taken.Bridge, taken.Scores);
        if (bridge.Cause == EvaluationCause.Bridge) await db.NameAsync(bridge.Tenant, bridge.MemoryId, ProbeSet.FromEdits, ProbeSet.FromEdits, taken.ProbeSet, taken.Probes, AuditTrail.Evaluator, time, cancellationToken);
        db.Evaluations.Add(new Evaluation
        {
            Id = taken.Id,
            TenantId = bridge.Tenant,
            MemoryId = bridge.MemoryId,
            LlmId = bridge.LlmId,
            BridgeId = bridge.BridgeId,
            CommitSequence = taken.Commit,
            Protocol = bridge.Protocol,
            Scores = JsonSerializer.Serialize(scores.Percent),
            Counts = JsonSerializer.Serialize(scores.Counts),
            Intervals = JsonSerializer.Serialize(scores.Intervals),
            GatePassed = passed,
            GateVersion = gate,
            Reasons = JsonSerializer.Serialize(reasons),
            Notes = JsonSerializer.Serialize(notes),
            Cause = bridge.Cause,
            RequestedBy = bridge.RequestedBy,
            ProbeSetId = taken.ProbeSet,
            CompletedAt = time.GetUtcNow(),
        });
        // Announced are the scores that say whether a bridge may serve.
        if (bridge.Cause == EvaluationCause.Bridge) db.Publish(new EvaluationCompleted(bridge.Tenant, bridge.MemoryId, bridge.LlmId, taken.Id, bridge.BridgeId, bridge.Protocol, scores.Percent, passed, reasons), time);
        await notices.TellAsync(
            db, bridge.Tenant, WebhookEvents.EvaluationCompleted,
            new { Evaluation = taken.Id, Memory = bridge.MemoryId, Llm = bridge.LlmId, Bridge = bridge.BridgeId, bridge.Protocol, bridge.Cause, Scores = scores.Percent, scores.Counts, GatePassed = passed, Reasons = reasons }, cancellationToken);
    }
}
