using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Platform.Jobs;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Killing;

public sealed class When_the_evaluator_is_killed(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_go_on_with_an_evaluation_and_come_to_the_same_figures()
    {
        var (whole, broken) = (await tenant.MemoryAsync("whole"), await tenant.MemoryAsync("broken"));
        var expected = await tenant.EvaluationAsync(whole, await Serving.ServingAsync(tenant, whole, Serving.World.First, probes: Serving.World.ProbeSetId));
        await using var evaluator = await EvaluatorProcess.StartAsync(Serving, "killed_scoring", "--Evaluation:Part=8");
        var bridge = await Serving.World.BridgeAsync(tenant.Name, broken, Serving.LlmId, Serving.World.First);
        await using (var db = await evaluator.RowsAsync())
            await evaluator.Jobs.EnqueueAsync(db, EvaluateBridge.Kind, "killed", new EvaluateBridge(tenant.Name, broken, Serving.LlmId, bridge, [Serving.World.ProbeSetId], "generate-exact"));
        await Eventually.HoldsAsync(async () => await evaluator.StoredAsync() >= 16, "two parts are stored");

        await evaluator.KillAsync();

        var survived = await evaluator.StoredAsync();
        survived.ShouldBeInRange(16, Serving.World.Probes.Count - 1, "it must have died before the end, or this test could not fail");
        await evaluator.RunAsync();
        Evaluation? resumed = null;
        await Eventually.HoldsAsync(async () => (resumed = (await evaluator.Client.ListEvaluationsAsync(new ListEvaluationsRequest(), tenant.Headers)).Evaluations.SingleOrDefault()) is not null, "the evaluation is completed by another process");
        resumed!.Scores.ToDictionary().ShouldBe(expected.Scores.ToDictionary(), ignoreOrder: true);
        resumed.Counts.ToDictionary().ShouldBe(expected.Counts.ToDictionary(), ignoreOrder: true);
        resumed.Intervals.ToDictionary().ShouldBe(expected.Intervals.ToDictionary(), ignoreOrder: true);
        resumed.ProbeSetId.ShouldBe(expected.ProbeSetId);
        var (one, two) = (await tenant.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = expected.Id }, tenant.Headers), await evaluator.Client.GetEvaluationAsync(new GetEvaluationRequest { Id = resumed.Id }, tenant.Headers));
        two.Outcomes.ShouldBe(one.Outcomes);
        var attempt = (await evaluator.Jobs.ListAsync()).Single();
        (attempt.State, attempt.Attempts, attempt.Step, attempt.Steps).ShouldBe((JobState.Succeeded, 2, Serving.World.Probes.Count, Serving.World.Probes.Count));
    }

    [Fact]
    public async Task Should_never_promote_what_passed_a_part_of_its_gate_and_fails_the_rest()
    {
        var memory = await tenant.MemoryAsync();
        await using var evaluator = await EvaluatorProcess.StartAsync(Serving, "killed_gating");
        var gate = new SetGateRequest { MemoryId = memory.ToString(), Replaces = -1, Rules = { new GateRule { Protocol = "generate-exact", Figure = "loc", Least = 0, MostDrop = 100 }, new GateRule { Protocol = "generate-prefix", Figure = "rel", Least = 60, MostDrop = 100 } } };
        await evaluator.Client.SetGateAsync(gate, tenant.AsOperator);
        var bridge = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, Serving.World.Weak);
        await using (var db = await evaluator.RowsAsync())
        {
            db.Publish(new BridgeTrained(tenant.Name, memory, Serving.LlmId, [Serving.World.Weak.Encoder], [Serving.World.ProbeSetId], bridge, new Dictionary<string, double>()), TimeProvider.System);
            await db.SaveChangesAsync();
        }

        await Eventually.HoldsAsync(async () => (await EvaluationsAsync()).Any(e => e.GatePassed), "it passes the first protocol");
        await evaluator.KillAsync();
        await evaluator.RunAsync();
        await Eventually.HoldsAsync(async () => (await EvaluationsAsync()).Count == 2, "the second protocol is scored by another process");

        var taken = await EvaluationsAsync();
        taken.Select(e => (e.Protocol, e.GatePassed, e.GateVersion)).ShouldBe([("generate-prefix", false, 1), ("generate-exact", true, 1)]);
        taken[1].Notes.ShouldContain(n => n.Contains("not scored under generate-prefix yet", StringComparison.Ordinal));
        var deployment = (await evaluator.Client.ListDeploymentsAsync(new ListDeploymentsRequest(), tenant.Headers)).Deployments.Single();
        (deployment.Champion, deployment.Challenger, deployment.Sequence).ShouldBe(("", bridge, 0));
        (await evaluator.Client.ListChangesAsync(new ListChangesRequest(), tenant.Headers)).Changes.ShouldBeEmpty("not for a moment may it have served");

        async Task<IList<Evaluation>> EvaluationsAsync() => (await evaluator.Client.ListEvaluationsAsync(new ListEvaluationsRequest(), tenant.Headers)).Evaluations;
    }
}
