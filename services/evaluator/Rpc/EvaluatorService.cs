using Grpc.Core;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>The evaluator over gRPC: each call finds its capability and no more.</summary>
internal sealed class EvaluatorService(Deployments deployments, Evaluations evaluations) : Wire.Evaluator.EvaluatorBase
{
    public override async Task<Wire.ListDeploymentsReply> ListDeployments(Wire.ListDeploymentsRequest request, ServerCallContext context) => new()
    {
        Deployments = { (await deployments.ListAsync(CallerOf(context), WireForms.IdOrAny("memory_id", request.MemoryId), context.CancellationToken)).Select(WireForms.Deployment) },
    };

    public override async Task<Wire.ListEvaluationsReply> ListEvaluations(Wire.ListEvaluationsRequest request, ServerCallContext context)
    {
        var (memory, llm) = (WireForms.IdOrAny("memory_id", request.MemoryId), WireForms.IdOrAny("llm_id", request.LlmId));
        var found = await evaluations.ListAsync(CallerOf(context), memory, llm, WireForms.Absent(request.BridgeId), request.Limit, context.CancellationToken);
        return new Wire.ListEvaluationsReply { Evaluations = { found.Select(WireForms.Evaluation) } };
    }

    public override async Task<Wire.EvaluationDetail> GetEvaluation(Wire.GetEvaluationRequest request, ServerCallContext context)
    {
        var (evaluation, outcomes) = await evaluations.GetAsync(CallerOf(context), WireForms.Id("id", request.Id), context.CancellationToken);
        return new Wire.EvaluationDetail { Evaluation = WireForms.Evaluation(evaluation), Outcomes = { outcomes.Where(o => o.Value is not null).Select(WireForms.Outcome) } };
    }

    public override async Task<Wire.Deployment> Promote(Wire.PromoteRequest request, ServerCallContext context) => WireForms.Deployment(await deployments.PromoteAsync(
        OperatorOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), request.BridgeId, WireForms.Absent(request.AlthoughItFailed), context.CancellationToken));

    public override async Task<Wire.Deployment> RollBack(Wire.RollBackRequest request, ServerCallContext context) => WireForms.Deployment(await deployments.RollBackAsync(
        OperatorOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), WireForms.Absent(request.Reason), context.CancellationToken));

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext().User);

    private static Caller OperatorOf(ServerCallContext context)
    {
        var user = context.GetHttpContext().User;
        if (!user.IsInRole(Caller.Operator) && !user.IsInRole(Caller.Service)) throw new UnauthorizedAccessException("what serves is an operator's to change; call with an operator's key");
        return Caller.Of(user);
    }
}
