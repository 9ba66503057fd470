using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Deploying;

public sealed class When_an_operator_changes_what_serves(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_roll_back_as_far_as_there_was_a_bridge_before()
    {
        var memory = await tenant.MemoryAsync();
        var first = await Serving.ServingAsync(tenant, memory, Serving.World.First, commit: 1);
        (await RefusedAsync(() => RollBackAsync(memory))).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.FailedPrecondition), r => r.Status.Detail.ShouldContain("nothing to roll back to"));
        var second = await Serving.ServingAsync(tenant, memory, Serving.World.Second, commit: 2);

        var back = await RollBackAsync(memory);

        (back.Champion, back.Previous, back.Challenger, back.Sequence).ShouldBe((first, "", second, 3));
        await Eventually.HoldsAsync(async () => await ServingPlatform.ServedAsync(tenant, memory) == first, "the first serves again");
        // Its catalogue entry is looked at ten times a second: what was taken back does not come back by itself.
        await Task.Delay(500);
        (await tenant.DeploymentAsync(memory))!.Sequence.ShouldBe(3);
        (await RefusedAsync(() => RollBackAsync(memory))).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        var again = await PromoteAsync(memory, second);
        (again.Champion, again.Previous, again.Challenger, again.Sequence).ShouldBe((second, first, "", 4));
        (await tenant.Evaluator.ListChangesAsync(new ListChangesRequest { MemoryId = memory.ToString() }, tenant.Headers)).Changes[0].Reason.ShouldBe("a test");
        (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory.ToString() }, tenant.AsAdmin)).Entries[0].ShouldSatisfyAllConditions(e => e.What.ShouldBe("promote"), e => e.Reason.ShouldBe("a test"));
    }

    [Fact]
    public async Task Should_not_promote_again_what_was_taken_back_though_it_passes_under_another_protocol()
    {
        var memory = await tenant.MemoryAsync();
        var first = await Serving.ServingAsync(tenant, memory, Serving.World.First, commit: 1);
        var second = await Serving.ServingAsync(tenant, memory, Serving.World.Second, commit: 2);
        await RollBackAsync(memory);

        var other = await Serving.RunAsync(Serving.Evaluator(ServingPlatform.FreeAddress(), "--Evaluation:Protocol=generate-prefix"));
        var request = new ListEvaluationsRequest { MemoryId = memory.ToString(), BridgeId = second };
        await Eventually.HoldsAsync(async () => (await tenant.Evaluator.ListEvaluationsAsync(request, tenant.Headers)).Evaluations.Count == 2, "it is evaluated under the other protocol");
        await Serving.EndAsync(other);

        var latest = (await tenant.Evaluator.ListEvaluationsAsync(request, tenant.Headers)).Evaluations[0];
        (latest.Protocol, latest.GatePassed).ShouldBe(("generate-prefix", false));
        latest.Reasons.ShouldContain(r => r.Contains("taken back", StringComparison.Ordinal));
        (await tenant.DeploymentAsync(memory))!.Champion.ShouldBe(first);
    }

    [Fact]
    public async Task Should_put_changes_made_at_once_in_one_order()
    {
        var memory = await tenant.MemoryAsync();
        var first = await Serving.ServingAsync(tenant, memory, Serving.World.First, commit: 1);
        var second = await Serving.ServingAsync(tenant, memory, Serving.World.Second, commit: 2);

        var made = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => PromoteAsync(memory, i % 2 == 0 ? first : second))));

        // One that finds its bridge serving changes nothing, and tells the number that stands.
        var last = (await tenant.DeploymentAsync(memory))!;
        made.Max(d => d.Sequence).ShouldBe(last.Sequence);
        made.GroupBy(d => d.Sequence).ShouldAllBe(g => g.Select(d => d.Champion).Distinct().Count() == 1, "a number that two bridges share would let replicas differ");
        made.ShouldAllBe(d => d.Champion == first ? d.Previous == second : d.Previous == first);
        await Eventually.HoldsAsync(async () => await ServingPlatform.ServedAsync(tenant, memory) == last.Champion, "inference follows to the last");
    }

    [Fact]
    public async Task Should_need_an_operator_of_the_memorys_tenant()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        var other = Serving.NewTenant();
        var (promote, rollBack) = (new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = bridge }, new RollBackRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() });
        var evaluation = (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { BridgeId = bridge }, tenant.Headers)).Evaluations.Single();

        (await RefusedAsync(async () => await tenant.Evaluator.PromoteAsync(promote, tenant.Headers))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        (await RefusedAsync(async () => await tenant.Evaluator.RollBackAsync(rollBack, tenant.Headers))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        (await RefusedAsync(async () => await other.Evaluator.PromoteAsync(promote, other.AsOperator))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await RefusedAsync(async () => await other.Evaluator.RollBackAsync(rollBack, other.AsOperator))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await RefusedAsync(async () => await other.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = evaluation.Id }, other.Headers))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await other.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { BridgeId = bridge }, other.Headers)).Evaluations.ShouldBeEmpty();
        (await other.Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest { MemoryId = memory.ToString() }, other.Headers)).Deployments.ShouldBeEmpty();
        (await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator)).Champion.ShouldBe(bridge, "the owner's call must go through, or the test could not fail");
    }

    private static Task<RpcException> RefusedAsync(Func<Task> call) => Should.ThrowAsync<RpcException>(call);

    private async Task<Deployment> RollBackAsync(Guid memory) =>
        await tenant.Evaluator.RollBackAsync(new RollBackRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Reason = "a test" }, tenant.AsOperator);

    private async Task<Deployment> PromoteAsync(Guid memory, string bridge) =>
        await tenant.Evaluator.PromoteAsync(new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = bridge, Reason = "a test" }, tenant.AsOperator);
}
