using System.Text.Json;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Platform.Jobs;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>Asks an LLM with and without a memory what no edit is about, through the path on which users are answered.</summary>
internal sealed class AbilityWork(AbilityItems items, ResumableScoring scoring, BridgeScoring inference, ScoredParts parts, PatientCalls calls, WebhookNotices notices, TimeProvider time) : IWork<EvaluatorContext>
{
    public string Kind => MeasureAbility.Kind;

    public async Task RunAsync(LeasedJob<EvaluatorContext> job, CancellationToken cancellationToken)
    {
        var wanted = job.Payload<MeasureAbility>();
        var target = new Wire.Target { Llm = wanted.LlmId.ToString(), Memory = wanted.MemoryId.ToString(), BridgeId = wanted.BridgeId };
        await scoring.RunAsync(job, await items.ReadAsync(wanted.Items, cancellationToken), async (part, from) =>
        {
            var scored = await calls.AskAsync("inference", () => inference.ScoreAsync(wanted.Tenant, target, ScoringProtocol.GeneralAbility, [.. part.Select(Wired)], cancellationToken), cancellationToken);
            return [.. part.Select((item, i) => Outcome(job.Id, from + i, item, scored[i]))];
        }, cancellationToken);
        var figures = AbilityFigures.Of(await parts.ReadAsync(job.Id, cancellationToken));
        await job.CompleteAsync(db => RecordAsync(db, job.Id, wanted, figures, cancellationToken), cancellationToken);
    }

    private static Wire.Probe Wired(AbilityItem item) => new() { Prompt = item.Prompt, Answer = item.Answer, Options = { item.Options ?? [] }, Examples = { item.Examples ?? [] } };

    private static ProbeOutcome Outcome(Guid evaluation, int place, AbilityItem item, Wire.ScoredProbe? scored) => new()
    {
        EvaluationId = evaluation,
        Place = place,
        Kind = item.Task,
        Prompt = item.Prompt,
        Answer = item.Answer,
        BeforeText = scored?.Before ?? "",
        AfterText = scored?.After ?? "",
        Value = scored?.Value,
        BaseValue = scored?.BaseValue,
        Edited = scored?.Edited,
    };

    private async Task RecordAsync(EvaluatorContext db, Guid id, MeasureAbility wanted, IReadOnlyList<AbilityFigure> figures, CancellationToken cancellationToken)
    {
        var scores = figures.ToDictionary(f => f.Task, f => f.Difference.Second, StringComparer.Ordinal);
        var counts = figures.ToDictionary(f => f.Task, f => f.Difference.Pairs, StringComparer.Ordinal);
        db.Evaluations.Add(new Evaluation
        {
            Id = id,
            TenantId = wanted.Tenant,
            MemoryId = wanted.MemoryId,
            LlmId = wanted.LlmId,
            BridgeId = wanted.BridgeId,
            CommitSequence = wanted.Commit,
            Protocol = ScoringProtocol.GeneralAbility,
            Scores = JsonSerializer.Serialize(scores),
            Counts = JsonSerializer.Serialize(counts),
            Intervals = JsonSerializer.Serialize(figures.ToDictionary(f => f.Task, f => f.Edited, StringComparer.Ordinal)),
            GatePassed = false,
            GateVersion = 0,
            Reasons = "[]",
            Notes = JsonSerializer.Serialize(figures.Where(f => f.LeftOut > 0).Select(f => $"{f.LeftOut} of {f.LeftOut + f.Difference.Pairs} of {f.Task} were left out: the LLM has no room for them")),
            Cause = EvaluationCause.Request,
            RequestedBy = wanted.RequestedBy,
            ProbeSetId = wanted.Items,
            Settings = JsonSerializer.Serialize(wanted.Settings),
            CompletedAt = time.GetUtcNow(),
        });
        await notices.TellAsync(
            db, wanted.Tenant, WebhookEvents.EvaluationCompleted,
            new { Evaluation = id, Memory = wanted.MemoryId, Llm = wanted.LlmId, Bridge = wanted.BridgeId, Protocol = ScoringProtocol.GeneralAbility, Cause = EvaluationCause.Request, Scores = scores, Counts = counts, GatePassed = false, Reasons = Array.Empty<string>() },
            cancellationToken);
    }
}
