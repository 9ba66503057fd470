using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Gating;

public sealed class When_a_memory_has_a_gate(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_begin_with_the_memorys_settings_and_keep_every_version()
    {
        var memory = await tenant.MemoryAsync(least: 60);

        var (at, of) = (new GetGateRequest { MemoryId = memory.ToString() }, await tenant.Evaluator.GetGateAsync(new GetGateRequest { MemoryId = memory.ToString() }, tenant.Headers));
        (of.Version, of.PromoteByHand, of.SetBy).ShouldBe((0, false, ""));
        of.Rules.Where(r => r.Figure != "port").ShouldAllBe(r => r.Protocol == "generate-exact" && r.Least == 60 && r.MostDrop == 40);
        var first = await SetAsync(memory, 0, new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 90, LeastProbes = 20, MostDrop = 5 });
        var second = await SetAsync(memory, 1, new GateRule { Protocol = "probability", Figure = "gen", Least = 50, MostDrop = 100 });

        (first.Version, second.Version).ShouldBe((1, 2));
        (await tenant.Evaluator.GetGateAsync(at, tenant.Headers)).ShouldSatisfyAllConditions(g => g.Version.ShouldBe(2), g => g.Rules.ShouldBe(second.Rules), g => g.SetBy.ShouldBe(second.SetBy));
        (await tenant.Evaluator.ListGatesAsync(at, tenant.Headers)).Gates.Select(g => (g.Version, g.Rules)).ShouldBe([(2, second.Rules), (1, first.Rules)]);
        var refused = await tenant.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = 1, Rules = { second.Rules } }, tenant.AsOperator).RefusedAsync();
        (refused.StatusCode, refused.Detail.Contains("version 2, not 1", StringComparison.Ordinal)).ShouldBe((StatusCode.FailedPrecondition, true));
        var audit = (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory.ToString(), What = "set gate" }, tenant.AsAdmin)).Entries;
        audit.Select(e => (e.What, e.Reason)).ShouldBe([("set gate", "a test"), ("set gate", "a test")]);
        (audit[1].Old, audit[0].Old.Contains("\"least\":90", StringComparison.Ordinal), audit[0].New.Contains("probability", StringComparison.Ordinal), audit[0].Who).ShouldBe(("", true, true, second.SetBy));
    }

    [Theory]
    [InlineData("paper-teacher-forced", "rel", 50, 5, "rule 1: protocol is \"paper-teacher-forced\"")]
    [InlineData("generate-exact", "avg", 50, 5, "rule 1: figure is \"avg\"")]
    [InlineData("generate-exact", "rel", 101, 5, "rule 1: least is 101")]
    [InlineData("generate-exact", "rel", double.NaN, 5, "rule 1: least is NaN")]
    [InlineData("generate-exact", "rel", 50, -1, "rule 1: most_drop is -1")]
    public async Task Should_refuse_rules_that_are_none(string protocol, string figure, double least, double drop, string said)
    {
        var memory = await tenant.MemoryAsync();
        var request = new SetGateRequest { MemoryId = memory.ToString(), Replaces = -1, Rules = { new GateRule { Protocol = protocol, Figure = figure, Least = least, MostDrop = drop } } };
        var refused = await tenant.Evaluator.SetGateAsync(request, tenant.AsOperator).RefusedAsync();
        (refused.StatusCode, refused.Detail).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.InvalidArgument), r => r.Detail.ShouldContain(said));
    }

    [Fact]
    public async Task Should_ask_for_probes_enough_and_wait_for_an_operator_where_it_says_so()
    {
        var memory = await tenant.MemoryAsync();
        await SetAsync(memory, 0, new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 10, LeastProbes = 1000, MostDrop = 100 });
        var bridge = await Serving.TrainedAsync(tenant, memory, Serving.World.First);
        var evaluation = await tenant.EvaluationAsync(memory, bridge);
        (evaluation.GatePassed, evaluation.GateVersion).ShouldBe((false, 1));
        evaluation.Reasons.Single().ShouldBe("rel has 4 probes, and the gate asks for 1000 at least; give edits with more paraphrases or locality probes, or import probes");
        (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Alerts.Single().ShouldSatisfyAllConditions(a => a.Kind.ShouldBe("held"), a => a.EvaluationId.ShouldBe(evaluation.Id));

        (await ChallengerFailsAsync(memory)).ShouldBe(["generate-exact: " + evaluation.Reasons.Single()]);

        // The gate as it stands when somebody promotes is the one that counts.
        var gate = new SetGateRequest { MemoryId = memory.ToString(), Replaces = 1, PromoteByHand = true, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 10, LeastProbes = 4, MostDrop = 100 } } };
        await tenant.Evaluator.SetGateAsync(gate, tenant.AsOperator);
        var promote = new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = bridge };
        (await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator)).Champion.ShouldBe(bridge);
        var second = await Serving.TrainedAsync(tenant, memory, Serving.World.Second, commit: 2);
        var passed = await tenant.EvaluationAsync(memory, second);
        (passed.GatePassed, passed.GateVersion, passed.WaitsForOperator).ShouldBe((true, 2, true));
        var deployment = (await tenant.DeploymentAsync(memory))!;
        (deployment.Champion, deployment.Challenger, deployment.Sequence).ShouldBe((bridge, second, 1));
        (await ChallengerFailsAsync(memory)).ShouldBeEmpty();

        // And one that was tightened since holds back what had passed, and says so of what serves.
        gate.Replaces = 2;
        gate.Rules[0].LeastProbes = 1000;
        await tenant.Evaluator.SetGateAsync(gate, tenant.AsOperator);
        promote.BridgeId = second;
        (await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator).RefusedAsync()).Detail.ShouldContain("did not pass its gate (generate-exact: rel has 4 probes");
        (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Alerts[0].ShouldSatisfyAllConditions(a => a.Kind.ShouldBe("gate-tightened"), a => a.BridgeId.ShouldBe(bridge));

        // Whoever means to promote it can be told beforehand, and can say why it shall serve all the same.
        (await ChallengerFailsAsync(memory)).Single().ShouldStartWith("generate-exact: rel has 4 probes");
        (await tenant.DeploymentAsync(memory))!.ChallengerFails.ShouldBeEmpty("nobody asked");
        promote.AlthoughItFailed = "four will do";
        (await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator)).Champion.ShouldBe(second);
        (await tenant.Evaluator.ListChangesAsync(new ListChangesRequest { MemoryId = memory.ToString() }, tenant.Headers)).Changes[0].Reason.ShouldBe("four will do");
    }

    [Fact]
    public async Task Should_score_under_every_protocol_that_it_names_and_promote_once_all_pass()
    {
        var memory = await tenant.MemoryAsync();
        await SetAsync(memory, 0, new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 10, MostDrop = 100 }, new GateRule { Protocol = "teacher-forced-token", Figure = "rel", Least = 10, MostDrop = 100 });

        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);

        var taken = (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Evaluations;
        taken.Select(e => e.Protocol).ShouldBe(["teacher-forced-token", "generate-exact"], ignoreOrder: true);
        taken.ShouldAllBe(e => e.GatePassed);
        var changes = (await tenant.Evaluator.ListChangesAsync(new ListChangesRequest { MemoryId = memory.ToString() }, tenant.Headers)).Changes;
        (changes.Single().Cause, changes.Single().BridgeId, changes.Single().MadeBy).ShouldBe(("Gate", bridge, "evaluator"));
    }

    [Fact]
    public async Task Should_let_nobody_change_what_was_written_down()
    {
        var memory = await tenant.MemoryAsync();
        await SetAsync(memory, 0, new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 10, MostDrop = 100 });
        await using var db = new Npgsql.NpgsqlConnection(Serving.Postgres.ConnectionString);
        await db.OpenAsync();

        foreach (var change in (string[])["UPDATE evaluator.audit SET made_by = 'nobody'", "DELETE FROM evaluator.audit", "TRUNCATE evaluator.audit", "UPDATE evaluator.gates SET rules = '[]'", "DELETE FROM evaluator.deployment_changes"])
        {
            await using var command = new Npgsql.NpgsqlCommand(change, db);
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
        }
    }

    private async Task<IReadOnlyList<string>> ChallengerFailsAsync(Guid memory) =>
        (await tenant.Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest { MemoryId = memory.ToString(), Standing = true }, tenant.Headers)).Deployments.Single().ChallengerFails;

    private async Task<MemoryGate> SetAsync(Guid memory, long replaces, params GateRule[] rules) =>
        await tenant.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = replaces, Reason = "a test", Rules = { rules } }, tenant.AsOperator);
}
