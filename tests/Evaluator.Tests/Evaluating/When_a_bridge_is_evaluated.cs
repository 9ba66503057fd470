using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.ServingWorld;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Evaluator.Tests.Evaluating;

public sealed class When_a_bridge_is_evaluated(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_promote_what_passes_and_tell_its_scores()
    {
        var memory = await tenant.MemoryAsync(least: 60);

        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId);

        var evaluation = await EvaluationAsync(memory, bridge);
        (evaluation.GatePassed, evaluation.Reasons.Count, evaluation.Protocol).ShouldBe((true, 0, "generate-exact"));
        evaluation.Scores.Keys.ShouldBe(["rel", "gen", "loc", "loc-held-out", "loc-neighbour", "loc-same-subject"], ignoreOrder: true);
        evaluation.Counts["rel"].ShouldBe(Serving.World.Edits.Count);
        evaluation.Counts["loc"].ShouldBe(evaluation.Counts["loc-held-out"] + evaluation.Counts["loc-neighbour"]);
        var detail = await tenant.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = evaluation.Id }, tenant.Headers);
        detail.Outcomes.Select(o => o.Prompt).ShouldBe(Serving.World.Probes.Select(p => p.Prompt));
        (100 * detail.Outcomes.Where(o => o.Kind == "Reliability").Average(o => o.Value)).ShouldBe(evaluation.Scores["rel"], 1e-9);
        detail.Outcomes.ShouldContain(o => o.Before != o.After && o.After == o.Answer);
        var deployment = (await tenant.DeploymentAsync(memory))!;
        (deployment.Champion, deployment.Previous, deployment.Challenger, deployment.Sequence).ShouldBe((bridge, "", "", 1));
    }

    [Fact]
    public async Task Should_hold_what_fails_with_its_reasons_and_never_serve_it()
    {
        var memory = await tenant.MemoryAsync(least: 60);
        var bridge = await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, probes: Serving.World.ProbeSetId);

        var evaluation = await EvaluationAsync(memory, bridge);

        evaluation.GatePassed.ShouldBeFalse();
        evaluation.Reasons.ShouldContain(r => r.StartsWith("rel is ", StringComparison.Ordinal) && r.EndsWith("below the memory's least of 60.0 %", StringComparison.Ordinal));
        var deployment = (await tenant.DeploymentAsync(memory))!;
        (deployment.Champion, deployment.Challenger, deployment.Sequence).ShouldBe(("", bridge, 0));
        (await ServingPlatform.ServedAsync(tenant, memory)).ShouldBeNull();
        (await Should.ThrowAsync<RpcException>(() => tenant.AskAsync("Who", memory))).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        var promote = new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = bridge };
        (await Should.ThrowAsync<RpcException>(async () => await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator))).Status.Detail.ShouldContain("did not pass its gate");

        promote.AlthoughItFailed = "to show it";
        (await tenant.Evaluator.PromoteAsync(promote, tenant.AsOperator)).Champion.ShouldBe(bridge);
    }

    [Fact]
    public async Task Should_hold_what_falls_behind_the_champion()
    {
        var memory = await tenant.MemoryAsync();
        var champion = await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId);

        var weak = await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, commit: 2, probes: Serving.World.ProbeSetId);

        (await EvaluationAsync(memory, weak)).Reasons.ShouldContain(r => r.Contains("below the champion's", StringComparison.Ordinal) && r.StartsWith("rel", StringComparison.Ordinal));
        var deployment = (await tenant.DeploymentAsync(memory))!;
        (deployment.Champion, deployment.Challenger).ShouldBe((champion, weak));
    }

    [Fact]
    public async Task Should_never_let_an_older_commit_replace_a_newer()
    {
        var memory = await tenant.MemoryAsync();
        var newer = await Serving.ServingAsync(tenant, memory, Serving.World.First, commit: 5);

        var older = await Serving.TrainedAsync(tenant, memory, Serving.World.Second, commit: 4);

        (await EvaluationAsync(memory, older)).Reasons.ShouldContain("it holds commit 4, and the champion the newer commit 5");
        var deployment = (await tenant.DeploymentAsync(memory))!;
        (deployment.Champion, deployment.Challenger, deployment.Sequence).ShouldBe((newer, "", 1));
    }

    [Fact]
    public async Task Should_hold_a_bridge_without_probes_and_say_so()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.TrainedAsync(tenant, memory, Serving.World.First, probes: await Serving.World.SaveProbesAsync([]));

        (await EvaluationAsync(memory, bridge)).Reasons.Single().ShouldContain("no probes");

        // One kind alone neither passes nor fails the others.
        var other = await tenant.MemoryAsync("other", least: 60);
        var edits = Serving.World.Probes.Where(p => p.Kind is MindBridge.Memory.Scoring.ProbeKind.Reliability);
        await Serving.ServingAsync(tenant, other, Serving.World.First, probes: await Serving.World.SaveProbesAsync(edits));
        (await EvaluationAsync(other, (await tenant.DeploymentAsync(other))!.Champion)).Notes.ShouldBe(["gen was left out: there are no probes of that kind", "loc was left out: there are no probes of that kind"]);
    }

    [Fact]
    public async Task Should_hear_of_a_bridge_that_no_catalogue_lists_and_act_once()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, Serving.World.First);
        var told = new BridgeTrained(tenant.Name, memory, Serving.LlmId, [Serving.World.First.Encoder], [Serving.World.ProbeSetId], bridge, new Dictionary<string, double>());
        var teller = Serving.Evaluator(ServingPlatform.FreeAddress());
        await Serving.RunAsync(teller);
        await using (var db = await teller.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync())
        {
            for (var i = 0; i < 3; i++) db.Publish(told, TimeProvider.System);
            await db.SaveChangesAsync();
        }

        await Eventually.HoldsAsync(async () => await ServingPlatform.ServedAsync(tenant, memory) == bridge, "the bridge serves");
        (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Evaluations.ShouldHaveSingleItem();
        await Serving.EndAsync(teller);
    }

    [Fact]
    public async Task Should_work_the_same_on_SQLite_and_a_bus_in_the_process()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, Serving.World.First);
        var address = ServingPlatform.FreeAddress();
        var embedded = await Serving.RunAsync(Serving.Evaluator(address, "--Database:Kind=Sqlite", $"--Database:Folder={Path.Combine(Serving.Folder, "sqlite")}", "--Bus:RabbitMq=", $"--Services:BridgeTrainer={ServingPlatform.FreeAddress()}"));
        await using (var db = await embedded.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync())
        {
            db.Publish(new BridgeTrained(tenant.Name, memory, Serving.LlmId, [Serving.World.First.Encoder], [Serving.World.ProbeSetId], bridge, new Dictionary<string, double>()), TimeProvider.System);
            await db.SaveChangesAsync();
        }

        var client = new Contracts.V1.Evaluator.EvaluatorClient(Serving.Channel(address));
        await Eventually.HoldsAsync(async () => (await client.ListDeploymentsAsync(new ListDeploymentsRequest(), tenant.Headers)).Deployments.SingleOrDefault()?.Champion == bridge, "the bridge is promoted");
        var refused = await Should.ThrowAsync<RpcException>(async () => await client.RollBackAsync(new RollBackRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.AsOperator));
        refused.StatusCode.ShouldBe(StatusCode.FailedPrecondition);

        // What else has SQL of its own.
        var (m, l) = (memory.ToString(), Serving.LlmId.ToString());
        var first = (await client.ListEvaluationsAsync(new ListEvaluationsRequest { Cause = "bridge" }, tenant.Headers)).Evaluations.Single();
        await client.CreateWebhookAsync(new CreateWebhookRequest { Url = "http://127.0.0.1:9/" }, tenant.AsOperator);
        await client.SetScheduleAsync(new SetScheduleRequest { MemoryId = m, EverySeconds = 60 }, tenant.AsOperator);
        (await client.SetGateAsync(new SetGateRequest { MemoryId = m, PromoteByHand = true, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 } } }, tenant.AsOperator)).Version.ShouldBe(1);
        var asked = await client.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = bridge, Protocol = "generate-exact", ProbeSetId = first.ProbeSetId }, tenant.AsOperator);
        await Eventually.HoldsAsync(async () => (await client.ListEvaluationsAsync(new ListEvaluationsRequest { Cause = "request" }, tenant.Headers)).Evaluations.Any(e => e.Id == asked.Id), "what was asked for is scored");
        (await client.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = first.Id, Second = asked.Id }, tenant.Headers)).Figures.ShouldAllBe(f => f.Difference == 0);
        (await client.ListOutcomesAsync(new ListOutcomesRequest { EditId = Serving.World.Edits[0].Id, Limit = 2 }, tenant.Headers)).ShouldSatisfyAllConditions(r => r.Outcomes.Count.ShouldBe(2), r => r.NextPage.ShouldBe("2"));
        (await client.GetRetentionAsync(new GetRetentionRequest { MemoryId = m, LlmId = l }, tenant.Headers)).Protocol.ShouldBe("generate-exact");
        (await client.ListProbeSetsAsync(new ListProbeSetsRequest { MemoryId = m }, tenant.Headers)).Sets.Single().Id.ShouldBe(first.ProbeSetId);
        var second = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, Serving.World.Second, commit: 2);
        await using (var db = await embedded.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync())
        {
            db.Publish(new BridgeTrained(tenant.Name, memory, Serving.LlmId, [Serving.World.Second.Encoder], [Serving.World.FewProbesId], second, new Dictionary<string, double>()), TimeProvider.System);
            await db.SaveChangesAsync();
        }

        await Eventually.HoldsAsync(async () => (await client.ListEvaluationsAsync(new ListEvaluationsRequest { BridgeId = second }, tenant.Headers)).Evaluations.Any(e => e.WaitsForOperator), "the second waits for an operator");
        (await client.SetCanaryAsync(new SetCanaryRequest { MemoryId = m, LlmId = l, Percent = 5, Limits = new TrafficLimits { MostErrors = 5 } }, tenant.AsOperator)).CanaryPercent.ShouldBe(5);
        var report = new ReportTrafficRequest { Id = Guid.NewGuid().ToString(), MemoryId = m, LlmId = l, Champion = bridge, Challenger = second, OfChallenger = new TrafficCounts { Requests = 40, Errors = 30 } };
        (await client.ReportTrafficAsync(report, new Metadata { { "authorization", $"Bearer {Serving.Addresses.Key}" } })).CanaryPercent.ShouldBe(0);
        (await client.ListAlertsAsync(new ListAlertsRequest(), tenant.Headers)).Alerts.Single().Kind.ShouldBe("canary-stopped");
        (await client.PromoteAsync(new PromoteRequest { MemoryId = m, LlmId = l, BridgeId = second }, tenant.AsOperator)).Previous.ShouldBe(bridge);
        (await client.RollBackAsync(new RollBackRequest { MemoryId = m, LlmId = l }, tenant.AsOperator)).Champion.ShouldBe(bridge);
        (await client.ListChangesAsync(new ListChangesRequest { MemoryId = m }, tenant.Headers)).Changes.Select(c => c.Cause).ShouldBe(["RollBack", "Operator", "Gate"]);
        (await client.ListDeliveriesAsync(new ListDeliveriesRequest(), tenant.AsOperator)).Deliveries.ShouldContain(d => d.Event == "BridgeRolledBack");
        (await client.ListAuditAsync(new ListAuditRequest { Limit = 3 }, tenant.AsAdmin)).ShouldSatisfyAllConditions(a => a.Entries.Select(e => e.What).ShouldBe(["roll back", "promote", "stop canary"]), a => a.NextPage.ShouldBe("3"));
        (await client.GetFeatureMapAsync(new GetFeatureMapRequest { EvaluationId = first.Id }, tenant.Headers)).Points.Count.ShouldBe(Serving.World.Probes.Count);
        using (var start = client.StartAbility(tenant.AsOperator))
        {
            await start.RequestStream.WriteAsync(new StartAbilityRequest { MemoryId = m, LlmId = l, Lines = Google.Protobuf.ByteString.CopyFromUtf8("{\"task\":\"sst2\",\"prompt\":\"It is\",\"answer\":\"good\",\"options\":[\"good\",\"bad\"]}\n") });
            await start.RequestStream.CompleteAsync();
            var started = await start;
            await Eventually.HoldsAsync(async () => (await client.ListEvaluationsAsync(new ListEvaluationsRequest { Protocol = "general-ability" }, tenant.Headers)).Evaluations.Any(e => e.Id == started.Id), "general ability is measured");
            (await client.GetAbilityAsync(new GetAbilityRequest { EvaluationId = started.Id }, tenant.Headers)).Figures.Single().N.ShouldBe(1);
        }

        (await embedded.Services.GetRequiredService<TryingChallengers.ForgetTraffic>().ReconcileAsync(CancellationToken.None)).ShouldBe(0);
        // What happened stays as it happened, as on Postgres.
        await using (var db = await embedded.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync())
        {
            foreach (var table in (string[])["audit", "gates", "deployment_changes"])
                foreach (var sql in (string[])[$"DELETE FROM {table}", $"UPDATE {table} SET reason = 'another'"])
                    (await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(() => db.Database.ExecuteSqlRawAsync(sql))).Message.ShouldContain("append-only");
        }

        await Serving.EndAsync(embedded);
    }

    private async Task<Evaluation> EvaluationAsync(Guid memory, string bridge)
    {
        Evaluation? found = null;
        var request = new ListEvaluationsRequest { MemoryId = memory.ToString(), BridgeId = bridge };
        await Eventually.HoldsAsync(async () => (found = (await tenant.Evaluator.ListEvaluationsAsync(request, tenant.Headers)).Evaluations.SingleOrDefault()) is not null, $"bridge {bridge} is evaluated");
        return found!;
    }
}
