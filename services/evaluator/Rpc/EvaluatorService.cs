using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using MindBridge.Evaluator.AskingForEvaluations;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.MappingFeatures;
using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Evaluator.TrackingRetention;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Evaluator.WatchingQuality;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>The evaluator over gRPC: each call finds its capability and no more. Here what is read; the other parts change things.</summary>
internal sealed partial class EvaluatorService(
    Deployments deployments, Evaluations evaluations, Comparisons comparisons, RetentionCurves retention, Gates gates, AuditLog audit, ProbeSetStore sets, ProbeGeneration generation, EvaluationRequests requests, Trials trials,
    Webhooks webhooks, Schedules schedules, Alerts alerts, FeatureMaps maps, AbilityRequests abilityRequests, AbilityReports abilityReports)
    : Wire.Evaluator.EvaluatorBase
{
    private const int DefaultChanged = 50, MostChanged = 1000;

    public override async Task<Wire.ListDeploymentsReply> ListDeployments(Wire.ListDeploymentsRequest request, ServerCallContext context)
    {
        var listed = await deployments.ListAsync(CallerOf(context), WireForms.IdOrAny("memory_id", request.MemoryId), context.CancellationToken);
        var fails = request.Standing ? await deployments.StandingAsync(listed, context.CancellationToken) : new Dictionary<Deployment, IReadOnlyList<string>>();
        return new Wire.ListDeploymentsReply { Deployments = { listed.Select(d => WireForms.Deployment(d, fails.GetValueOrDefault(d))) } };
    }

    public override async Task<Wire.ListEvaluationsReply> ListEvaluations(Wire.ListEvaluationsRequest request, ServerCallContext context)
    {
        var (memory, llm) = (WireForms.IdOrAny("memory_id", request.MemoryId), WireForms.IdOrAny("llm_id", request.LlmId));
        var found = await evaluations.ListAsync(CallerOf(context), memory, llm, WireForms.Absent(request.BridgeId), WireForms.Absent(request.Cause), WireForms.Absent(request.Protocol), request.Limit, context.CancellationToken);
        return new Wire.ListEvaluationsReply { Evaluations = { found.Select(WireForms.Evaluation) } };
    }

    public override async Task<Wire.EvaluationDetail> GetEvaluation(Wire.GetEvaluationRequest request, ServerCallContext context)
    {
        var (evaluation, outcomes) = await evaluations.GetAsync(CallerOf(context), WireForms.Id("id", request.Id), context.CancellationToken);
        return new Wire.EvaluationDetail { Evaluation = WireForms.Evaluation(evaluation), Outcomes = { outcomes.Where(o => o.Value is not null).Select(o => WireForms.Outcome(o, evaluation.Protocol)) } };
    }

    public override async Task<Wire.ListOutcomesReply> ListOutcomes(Wire.ListOutcomesRequest request, ServerCallContext context)
    {
        var (evaluation, edit) = (WireForms.IdOrAny("evaluation_id", request.EvaluationId), WireForms.Absent(request.EditId));
        var page = await evaluations.ListOutcomesAsync(CallerOf(context), evaluation, edit, WireForms.Absent(request.Kind), request.Misses, request.Limit, request.Page, context.CancellationToken);
        return new Wire.ListOutcomesReply { Outcomes = { page.Rows.Select(r => WireForms.Outcome(r.Outcome, r.Evaluation)) }, NextPage = page.Next };
    }

    public override async Task<Wire.Comparison> CompareEvaluations(Wire.CompareEvaluationsRequest request, ServerCallContext context)
    {
        var (first, second, comparison) = await comparisons.CompareAsync(CallerOf(context), WireForms.Id("first", request.First), WireForms.Id("second", request.Second), context.CancellationToken);
        var most = request.MostChanged <= 0 ? DefaultChanged : Math.Min(request.MostChanged, MostChanged);
        return WireForms.Comparison(first, second, comparison, most);
    }

    public override async Task<Wire.Retention> GetRetention(Wire.GetRetentionRequest request, ServerCallContext context)
    {
        var found = await retention.ReadAsync(
            CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), WireForms.Absent(request.Protocol), request.Edits, context.CancellationToken);
        return WireForms.Retention(found);
    }

    public override async Task<Wire.FeatureMap> GetFeatureMap(Wire.GetFeatureMapRequest request, ServerCallContext context) =>
        WireForms.FeatureMap(await maps.ReadAsync(CallerOf(context), WireForms.Id("evaluation_id", request.EvaluationId), request.Shard, request.MostPoints, context.CancellationToken));

    public override async Task<Wire.AbilityReport> GetAbility(Wire.GetAbilityRequest request, ServerCallContext context)
    {
        var (evaluation, settings, figures) = await abilityReports.ReadAsync(CallerOf(context), WireForms.Id("evaluation_id", request.EvaluationId), context.CancellationToken);
        return new Wire.AbilityReport { Evaluation = WireForms.Evaluation(evaluation), Figures = { figures.Select(WireForms.AbilityFigure) }, Seed = settings.Seed, Data = settings.Data };
    }

    public override async Task<Wire.ListChangesReply> ListChanges(Wire.ListChangesRequest request, ServerCallContext context)
    {
        var (memory, llm) = (WireForms.IdOrAny("memory_id", request.MemoryId), WireForms.IdOrAny("llm_id", request.LlmId));
        return new Wire.ListChangesReply { Changes = { (await deployments.ListChangesAsync(CallerOf(context), memory, llm, request.Limit, context.CancellationToken)).Select(WireForms.Change) } };
    }

    [Authorize(Policy = Caller.Admin)]
    public override async Task<Wire.ListAuditReply> ListAudit(Wire.ListAuditRequest request, ServerCallContext context)
    {
        var page = await audit.ListAsync(CallerOf(context), WireForms.Audit(request), request.Limit, request.Page, context.CancellationToken);
        return new Wire.ListAuditReply { Entries = { page.Rows.Select(WireForms.Audited) }, NextPage = page.Next };
    }

    public override async Task<Wire.ListProbeSetsReply> ListProbeSets(Wire.ListProbeSetsRequest request, ServerCallContext context) => new()
    {
        Sets = { (await sets.ListAsync(CallerOf(context), WireForms.Id("memory_id", request.MemoryId), context.CancellationToken)).Select(WireForms.ProbeSet) },
    };

    public override async Task<Wire.ListAlertsReply> ListAlerts(Wire.ListAlertsRequest request, ServerCallContext context) => new()
    {
        Alerts = { (await alerts.ListAsync(CallerOf(context), WireForms.IdOrAny("memory_id", request.MemoryId), request.Acknowledged, request.Limit, context.CancellationToken)).Select(WireForms.Alert) },
    };

    public override async Task<Wire.ListSchedulesReply> ListSchedules(Wire.ListSchedulesRequest request, ServerCallContext context) => new()
    {
        Schedules = { (await schedules.ListAsync(CallerOf(context), context.CancellationToken)).Select(WireForms.Schedule) },
    };

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext().User);
}
