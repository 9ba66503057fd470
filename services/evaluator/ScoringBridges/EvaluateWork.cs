using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Scores a bridge, holds it against its memory's gate and the champion, and promotes it or says why not.</summary>
internal sealed class EvaluateWork(
    IDbContextFactory<EvaluatorContext> contexts, ProbeSets sets, ScoredParts parts, BridgeScoring scoring, PatientCalls calls, ServiceClients services, EvaluationSettings settings, TimeProvider time, ILogger<EvaluateWork> logger)
    : IWork<EvaluatorContext>
{
    public string Kind => EvaluateBridge.Kind;

    public async Task RunAsync(LeasedJob<EvaluatorContext> job, CancellationToken cancellationToken)
    {
        var bridge = job.Payload<EvaluateBridge>();
        var commit = await CommitOfAsync(bridge, cancellationToken);
        await ChallengeAsync(bridge, commit, cancellationToken);
        var wanted = new Wire.GetMemoryRequest { Memory = bridge.MemoryId.ToString() };
        var memory = await calls.AskAsync("the edit registry", async () => await services.EditRegistry(bridge.Tenant).GetMemoryAsync(wanted, cancellationToken: cancellationToken), cancellationToken);
        var probes = ProbeSample.Draw(await sets.ReadAsync(bridge.ProbeSetIds, cancellationToken), settings.MostProbes);
        await ScoreAsync(job, bridge, probes, cancellationToken);

        var scores = Scores.Of(bridge.Protocol, await parts.ReadAsync(job.Id, cancellationToken));
        var gate = new Gate(memory.Settings.LeastRel, memory.Settings.LeastGen, memory.Settings.LeastLoc, settings.MostDrop);
        await job.CompleteAsync(db => DecideAsync(db, job.Id, bridge, commit, scores, gate, cancellationToken), cancellationToken);
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

    private async Task ScoreAsync(LeasedJob<EvaluatorContext> job, EvaluateBridge bridge, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
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
            await parts.KeepAsync([.. part.Select((probe, i) => Outcome(job.Id, done + i, probe, outcomes[i]))], cancellationToken);
            done += part.Count;
            var left = time.GetElapsedTime(began) / (done - before) * (probes.Count - done);
            await job.ReportAsync(new JobProgress(done, probes.Count, Eta: left), cancellationToken);
        }
    }

    private static ProbeOutcome Outcome(Guid evaluation, int place, Probe probe, Wire.ScoredProbe? scored) => new()
    {
        EvaluationId = evaluation,
        Place = place,
        Kind = probe.Kind.ToString(),
        EditId = probe.EditId,
        Prompt = probe.Prompt,
        Answer = probe.Answer,
        BeforeText = Storable(scored?.Before),
        AfterText = Storable(scored?.After),
        Value = scored?.Value,
    };

    // An LLM may say anything; Postgres stores no NUL.
    private static string Storable(string? text) => text?.Replace("\0", "", StringComparison.Ordinal) ?? "";

    private async Task DecideAsync(EvaluatorContext db, Guid id, EvaluateBridge bridge, long commit, Scores scores, Gate gate, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var deployment = await db.LockAsync(bridge.Tenant, bridge.MemoryId, bridge.LlmId, time, cancellationToken);
        var champions = await db.Evaluations.AsNoTracking().Where(e => e.BridgeId == deployment.Champion).ToListAsync(cancellationToken);
        var champion = deployment.Champion == bridge.BridgeId ? null : champions.SingleOrDefault(e => e.Protocol == bridge.Protocol);
        var verdict = gate.Judge(scores, champion?.Taken());
        var (reasons, notes) = (verdict.Reasons.ToList(), verdict.Notes.ToList());
        if (champion is null && deployment.Champion is not null && deployment.Champion != bridge.BridgeId)
            notes.Add($"the champion {deployment.Champion} was not compared: it has no scores under {bridge.Protocol}");
        if (commit < deployment.ChampionCommit) reasons.Add($"it holds commit {commit}, and the champion the newer commit {deployment.ChampionCommit}");
        if (await db.WasTakenBackAsync(deployment, bridge.BridgeId, cancellationToken)) reasons.Add("it was taken back by a roll-back; promote it by hand where it shall serve again");

        var passed = reasons.Count == 0;
        db.Evaluations.Add(new Evaluation
        {
            Id = id,
            TenantId = bridge.Tenant,
            MemoryId = bridge.MemoryId,
            LlmId = bridge.LlmId,
            BridgeId = bridge.BridgeId,
            CommitSequence = commit,
            Protocol = bridge.Protocol,
            Scores = JsonSerializer.Serialize(scores.Percent),
            Counts = JsonSerializer.Serialize(scores.Counts),
            GatePassed = passed,
            Reasons = JsonSerializer.Serialize(reasons),
            Notes = JsonSerializer.Serialize(notes),
            CompletedAt = now,
        });
        db.Publish(new EvaluationCompleted(bridge.Tenant, bridge.MemoryId, bridge.LlmId, id, bridge.BridgeId, bridge.Protocol, scores.Percent, passed, reasons), time);
        if (passed && deployment.Champion != bridge.BridgeId) db.Promote(deployment, bridge.BridgeId, commit, ChangeCause.Gate, "evaluator", null, time);
        else if (!passed && commit >= (deployment.ChampionCommit ?? long.MinValue)) deployment.Challenge(bridge.BridgeId, commit, now);
        logger.LogInformation("bridge {Bridge} of memory {Memory} on LLM {Llm} {Outcome} {Reasons}", bridge.BridgeId, bridge.MemoryId, bridge.LlmId, passed ? "passed its gate" : "was held:", string.Join("; ", reasons));
    }
}
