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
    IDbContextFactory<EvaluatorContext> contexts, ProbeSets sets, ProbeSetStore kept, ScoredParts parts, BridgeScoring scoring, MemoryEdits edits, Judging judging, PatientCalls calls, ServiceClients services,
    EvaluationSettings settings, TimeProvider time, ILogger<EvaluateWork> logger)
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

    private async Task ScoreAsync(LeasedJob<EvaluatorContext> job, EvaluateBridge bridge, IReadOnlyList<Probe> probes, IReadOnlyDictionary<string, long> cohorts, CancellationToken cancellationToken)
    {
        // The parts' bounds follow from the settings alone; an attempt that finds a ragged end, since the setting changed, goes on from there.
        var done = await parts.CountAsync(job.Id, cancellationToken);
        if (done > probes.Count) throw new InvalidDataException($"evaluation {job.Id} has {done} outcomes for {probes.Count} probes; its probe sets changed under it, so train the bridge again");
        if (done > 0) logger.LogInformation("evaluation {Evaluation} goes on after {Done} of {All} probes", job.Id, done, probes.Count);
        var (began, before) = (time.GetTimestamp(), done);
        var target = new Wire.Target { Llm = bridge.LlmId.ToString(), Memory = bridge.MemoryId.ToString(), BridgeId = bridge.BridgeId };
        while (done < probes.Count)
        {
            var part = probes.Skip(done).Take(settings.Part - (done % settings.Part)).ToList();
            var outcomes = await calls.AskAsync("inference", () => scoring.ScoreAsync(bridge.Tenant, target, bridge.Protocol, part, cancellationToken), cancellationToken);
            await parts.KeepAsync([.. part.Select((probe, i) => Outcome(job.Id, done + i, probe, outcomes[i], cohorts))], cancellationToken);
            done += part.Count;
            var left = time.GetElapsedTime(began) / (done - before) * (probes.Count - done);
            await job.ReportAsync(new JobProgress(done, probes.Count, Eta: left), cancellationToken);
        }
    }

    private static ProbeOutcome Outcome(Guid evaluation, int place, Probe probe, Wire.ScoredProbe? scored, IReadOnlyDictionary<string, long> cohorts) => new()
    {
        EvaluationId = evaluation,
        Place = place,
        Kind = probe.Kind.ToString(),
        EditId = probe.EditId,
        Prompt = probe.Prompt,
        Answer = probe.Answer,
        BeforeText = Storable(scored?.Before),
        AfterText = Storable(scored?.After),
        Cohort = probe.EditId is { } edit && cohorts.TryGetValue(edit, out var commit) ? commit : null,
        Value = scored?.Value,
    };

    // An LLM may say anything; Postgres stores no NUL.
    private static string Storable(string? text) => text?.Replace("\0", "", StringComparison.Ordinal) ?? "";
}
