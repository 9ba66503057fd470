using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Scores a bridge probe by probe, and has the figures judged.</summary>
internal sealed class EvaluateWork(
    IDbContextFactory<EvaluatorContext> contexts, ProbeSets sets, ProbeSetStore kept, ScoredParts parts, ResumableScoring scoring, BridgeScoring inference, MemoryEdits edits, Judging judging, PatientCalls calls, ServiceClients services,
    EvaluationSettings settings, TimeProvider time)
    : IWork<EvaluatorContext>
{
    public string Kind => EvaluateBridge.Kind;

    public async Task RunAsync(LeasedJob<EvaluatorContext> job, CancellationToken cancellationToken)
    {
        var bridge = job.Payload<EvaluateBridge>();
        var commit = await CommitOfAsync(bridge, cancellationToken);
        if (bridge.Cause == EvaluationCause.Bridge) await ChallengeAsync(bridge, commit, cancellationToken);
        var wanted = new Wire.GetMemoryRequest { Memory = bridge.MemoryId.ToString() };
        var memory = await calls.AskAsync("the edit registry", async () => await services.EditRegistry(bridge.Tenant).GetMemoryAsync(wanted, cancellationToken: cancellationToken), cancellationToken);
        var all = await sets.ReadAsync(bridge.ProbeSetIds, cancellationToken);
        var probes = ProbeSample.Draw(all, settings.MostProbes);
        var cohorts = await calls.AskAsync("the edit registry", () => edits.CommitsAsync(bridge.Tenant, bridge.MemoryId, commit, cancellationToken), cancellationToken);
        await ScoreAsync(job, bridge, probes, cohorts, cancellationToken);

        // What was scored is named by what was scored: a set as it is, or what was drawn from several.
        var set = bridge.ProbeSetIds.Distinct(StringComparer.Ordinal).Count() == 1 && probes.Count == all.Count ? bridge.ProbeSetIds[0] : await kept.SaveAsync(probes, cancellationToken);
        var scores = Scores.Of(bridge.Protocol, await parts.ReadAsync(job.Id, cancellationToken));
        var taken = new TakenScores(job.Id, bridge, commit, scores, set, probes);
        var ofSettings = Gate.OfSettings(bridge.Protocol, memory.Settings.LeastRel, memory.Settings.LeastGen, memory.Settings.LeastLoc, settings.MostDrop);
        await job.CompleteAsync(db => judging.JudgeAsync(db, taken, ofSettings, cancellationToken), cancellationToken);
    }

    // Whoever made the payload may be wrong about the bridge; its manifest is not.
    private async Task<long> CommitOfAsync(EvaluateBridge bridge, CancellationToken cancellationToken)
    {
        var manifest = BridgeManifest.Of(await sets.ReadBytesAsync(bridge.BridgeId, cancellationToken));
        return manifest.TenantId == bridge.Tenant && manifest.MemoryId == bridge.MemoryId && manifest.LlmId == bridge.LlmId
            ? manifest.Commit
            : throw new InvalidDataException($"bridge {bridge.BridgeId} was announced for memory {bridge.MemoryId} on LLM {bridge.LlmId}, but it was made for memory {manifest.MemoryId} on LLM {manifest.LlmId}; see who announced it");
    }

    private async Task ChallengeAsync(EvaluateBridge bridge, long commit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var deployment = await db.LockAsync(bridge.Tenant, bridge.MemoryId, bridge.LlmId, time, cancellationToken);
        if (commit >= (deployment.ChampionCommit ?? long.MinValue)) deployment.Challenge(bridge.BridgeId, commit, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private Task ScoreAsync(LeasedJob<EvaluatorContext> job, EvaluateBridge bridge, IReadOnlyList<Probe> probes, IReadOnlyDictionary<string, long> cohorts, CancellationToken cancellationToken)
    {
        var target = new Wire.Target { Llm = bridge.LlmId.ToString(), Memory = bridge.MemoryId.ToString(), BridgeId = bridge.BridgeId };
        return scoring.RunAsync(job, probes, async (part, from) =>
        {
            var outcomes = await calls.AskAsync("inference", () => inference.ScoreAsync(bridge.Tenant, target, bridge.Protocol, [.. part.Select(BridgeScoring.Wired)], cancellationToken), cancellationToken);
            return [.. part.Select((probe, i) => Outcome(job.Id, from + i, probe, outcomes[i], cohorts))];
        }, cancellationToken);
    }

    private static ProbeOutcome Outcome(Guid evaluation, int place, Probe probe, Wire.ScoredProbe? scored, IReadOnlyDictionary<string, long> cohorts) => new()
    {
        EvaluationId = evaluation,
        Place = place,
        Kind = probe.Kind.ToString(),
        EditId = probe.EditId,
        Prompt = probe.Prompt,
        Answer = probe.Answer,
        BeforeText = scored?.Before ?? "",
        AfterText = scored?.After ?? "",
        Cohort = probe.EditId is { } edit && cohorts.TryGetValue(edit, out var commit) ? commit : null,
        Value = scored?.Value,
    };
}
