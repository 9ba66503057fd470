using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests;

/// <summary>What tests ask the evaluator for.</summary>
internal static class Evaluated
{
    /// <summary>A bridge's first evaluation, once there is one.</summary>
    public static async Task<Evaluation> EvaluationAsync(this Tenant tenant, Guid memory, string bridge)
    {
        Evaluation? found = null;
        var request = new ListEvaluationsRequest { MemoryId = memory.ToString(), BridgeId = bridge };
        await Eventually.HoldsAsync(async () => (found = (await tenant.Evaluator.ListEvaluationsAsync(request, tenant.Headers)).Evaluations.LastOrDefault()) is not null, $"bridge {bridge} is evaluated");
        return found!;
    }

    /// <summary>An evaluation that was asked for, once it is done.</summary>
    public static async Task<Evaluation> AskedAsync(this Tenant tenant, StartEvaluationRequest request)
    {
        var started = await tenant.Evaluator.StartEvaluationAsync(request, tenant.AsOperator);
        return await tenant.CompletedAsync(started.Id);
    }

    public static async Task<Evaluation> CompletedAsync(this Tenant tenant, string id)
    {
        Evaluation? found = null;
        await Eventually.HoldsAsync(async () => (found = (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest(), tenant.Headers)).Evaluations.SingleOrDefault(e => e.Id == id)) is not null, $"evaluation {id} is completed");
        return found!;
    }

    /// <summary>How a call was refused.</summary>
    public static async Task<Status> RefusedAsync<T>(this AsyncUnaryCall<T> call)
    {
        using (call) return (await Should.ThrowAsync<RpcException>(async () => await call)).Status;
    }
}
