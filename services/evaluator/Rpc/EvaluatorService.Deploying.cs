using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>What serves, and what is tried on users.</summary>
internal sealed partial class EvaluatorService
{
    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Deployment> Promote(Wire.PromoteRequest request, ServerCallContext context) => WireForms.Deployment(await deployments.PromoteAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), request.BridgeId, WireForms.Absent(request.AlthoughItFailed), WireForms.Absent(request.Reason), context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Deployment> RollBack(Wire.RollBackRequest request, ServerCallContext context) => WireForms.Deployment(await deployments.RollBackAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), WireForms.Absent(request.Reason), context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Deployment> SetCanary(Wire.SetCanaryRequest request, ServerCallContext context)
    {
        var limits = request.Limits ?? new Wire.TrafficLimits();
        return WireForms.Deployment(await trials.SetCanaryAsync(
            CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), WireForms.Absent(request.BridgeId), request.Percent,
            new TrafficLimits(limits.LeastRequests, limits.MostErrors, limits.MostSlowdown, limits.LeastAgreement), WireForms.Absent(request.AlthoughItFailed), context.CancellationToken));
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Deployment> StopCanary(Wire.StopCanaryRequest request, ServerCallContext context) => WireForms.Deployment(await trials.StopCanaryAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), WireForms.Absent(request.Reason), context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Deployment> SetShadow(Wire.SetShadowRequest request, ServerCallContext context) => WireForms.Deployment(await trials.SetShadowAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), request.Percent, context.CancellationToken));

    [Authorize(Policy = Caller.Service)]
    public override async Task<Wire.Deployment> ReportTraffic(Wire.ReportTrafficRequest request, ServerCallContext context) =>
        WireForms.Deployment(await trials.ReportAsync(CallerOf(context), WireForms.Report(request), context.CancellationToken));

    public override async Task<Wire.Traffic> GetTraffic(Wire.GetTrafficRequest request, ServerCallContext context)
    {
        var (deployment, total) = await trials.TrafficAsync(CallerOf(context), WireForms.Id("memory_id", request.MemoryId), WireForms.Id("llm_id", request.LlmId), context.CancellationToken);
        return WireForms.Traffic(deployment, total);
    }
}
