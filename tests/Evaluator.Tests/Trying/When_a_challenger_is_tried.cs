using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.ServingWorld;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TrafficLimits = MindBridge.Contracts.V1.TrafficLimits;

namespace MindBridge.Evaluator.Tests.Trying;

public sealed class When_a_challenger_is_tried(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    private Metadata AsInference => new() { { "authorization", $"Bearer {Serving.Addresses.Key}" }, { "mindbridge-tenant", tenant.Name } };

    [Fact]
    public async Task Should_stop_by_itself_where_a_limit_is_breached_and_tell()
    {
        var (memory, champion, challenger) = await PairAsync();
        var begun = await CanaryAsync(memory, 10, new TrafficLimits { MostErrors = 5, MostSlowdown = 2 });
        (begun.CanaryPercent, begun.Limits.LeastRequests, begun.Champion, begun.Challenger, begun.TrialSince.Length > 0).ShouldBe((10, 20, champion, challenger, true));

        // Too few to say.
        (await ReportAsync(memory, champion, challenger, 10, 10)).CanaryPercent.ShouldBe(10);
        // Enough, and good, from another replica.
        var known = await ReportAsync(memory, champion, challenger, 990, 0);
        known.CanaryPercent.ShouldBe(10);
        // Of others than now stand.
        (await ReportAsync(memory, champion, "another", 1000, 1000)).CanaryPercent.ShouldBe(10);
        var stopped = await ReportAsync(memory, champion, challenger, 1000, 200);

        (stopped.CanaryPercent, stopped.Limits, stopped.Champion, stopped.Challenger, stopped.Sequence).ShouldBe((0, null, champion, challenger, 1));
        var alert = (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Alerts.First();
        (alert.Kind, alert.BridgeId).ShouldBe(("canary-stopped", challenger));
        alert.Message.ShouldContain("10.5 of 100 requests of the challenger failed (210 of 2000); at most 5.0 are allowed");
        var audit = (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory.ToString() }, tenant.AsAdmin)).Entries;
        audit.Select(e => e.What).Take(2).ShouldBe(["stop canary", "set canary"]);
        (audit[0].Who, audit[0].Old.Contains("\"canaryPercent\":10", StringComparison.Ordinal), audit[0].New.Contains("\"canaryPercent\":0", StringComparison.Ordinal)).ShouldBe(("evaluator", true, true));

        // What stopped the first is no reason to stop the next.
        (await CanaryAsync(memory, 20, new TrafficLimits { MostErrors = 5 })).CanaryPercent.ShouldBe(20);
        (await ReportAsync(memory, champion, challenger, 100, 0)).CanaryPercent.ShouldBe(20);
        var acknowledged = await tenant.Evaluator.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = alert.Id }, tenant.AsOperator);
        acknowledged.AcknowledgedBy.ShouldNotBeEmpty();
        (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Alerts.ShouldNotContain(a => a.Id == alert.Id);
    }

    [Fact]
    public async Task Should_count_a_report_once_and_stop_for_disagreement_and_slowness()
    {
        var (memory, champion, challenger) = await PairAsync();
        await CanaryAsync(memory, 5, new TrafficLimits { LeastAgreement = 80, LeastRequests = 10 });
        var report = Report(memory, champion, challenger, 50, 0);
        (report.Compared, report.Agreed) = (8, 2);
        for (var i = 0; i < 4; i++) (await tenant.Evaluator.ReportTrafficAsync(report, AsInference)).CanaryPercent.ShouldBe(5);
        var traffic = await tenant.Evaluator.GetTrafficAsync(new GetTrafficRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.Headers);
        (traffic.OfChallenger.Requests, traffic.Compared, traffic.Agreed, traffic.OfChampion.Milliseconds).ShouldBe((50, 8, 2, 5000));
        report.Id = Guid.NewGuid().ToString();
        (await tenant.Evaluator.ReportTrafficAsync(report, AsInference)).CanaryPercent.ShouldBe(0, "4 of 16 agree");

        await CanaryAsync(memory, 5, new TrafficLimits { MostSlowdown = 1.5 });
        var slow = Report(memory, champion, challenger, 100, 0);
        slow.OfChallenger.Milliseconds = 200 * slow.OfChampion.Milliseconds;
        (await tenant.Evaluator.ReportTrafficAsync(slow, AsInference)).CanaryPercent.ShouldBe(0);

        (await tenant.Evaluator.ReportTrafficAsync(Report(memory, champion, challenger, -1, 0), AsInference).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        (await tenant.Evaluator.ReportTrafficAsync(Report(memory, champion, challenger, 1, 2), AsInference).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Should_end_with_a_promotion_and_keep_its_challenger_until_then()
    {
        var (memory, champion, challenger) = await PairAsync();
        (await tenant.Evaluator.SetShadowAsync(new SetShadowRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 50 }, tenant.AsOperator)).ShadowPercent.ShouldBe(50);
        await CanaryAsync(memory, 5, new TrafficLimits { MostErrors = 5 });

        // A newer bridge is scored meanwhile; users go on getting the one they were given.
        var newer = await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, commit: 3);
        await tenant.EvaluationAsync(memory, newer);
        var still = (await tenant.DeploymentAsync(memory))!;
        (still.Challenger, still.CanaryPercent, still.ShadowPercent).ShouldBe((challenger, 5, 50));
        var ended = await tenant.Evaluator.PromoteAsync(new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = challenger }, tenant.AsOperator);

        (ended.Champion, ended.Previous, ended.Challenger, ended.CanaryPercent, ended.ShadowPercent, ended.TrialSince).ShouldBe((challenger, champion, "", 0, 0, ""));
        (await tenant.Evaluator.StopCanaryAsync(new StopCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task Should_not_be_tried_on_users_when_it_failed_its_gate_unless_somebody_says_why()
    {
        var memory = await tenant.MemoryAsync(least: 60);
        await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId);
        var weak = await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, commit: 2, probes: Serving.World.ProbeSetId);
        await tenant.EvaluationAsync(memory, weak);
        var request = new SetCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 1, Limits = new TrafficLimits { MostErrors = 5 } };

        (await tenant.Evaluator.SetCanaryAsync(request, tenant.AsOperator).RefusedAsync()).Detail.ShouldContain("did not pass its gate");
        request.AlthoughItFailed = "to see how it fares";
        (await tenant.Evaluator.SetCanaryAsync(request, tenant.AsOperator)).CanaryPercent.ShouldBe(1);
        request.Percent = 100;
        (await tenant.Evaluator.SetCanaryAsync(request, tenant.AsOperator).RefusedAsync()).Detail.ShouldContain("percent is 100");
        (request.Percent, request.Limits) = (1, new TrafficLimits());
        (await tenant.Evaluator.SetCanaryAsync(request, tenant.AsOperator).RefusedAsync()).Detail.ShouldContain("nothing would stop the canary");
    }

    [Fact]
    public async Task Should_stop_when_its_challenger_fails_a_gate_that_was_tightened()
    {
        var (memory, champion, challenger) = await PairAsync();
        await CanaryAsync(memory, 10, new TrafficLimits { MostErrors = 50 });
        await tenant.Evaluator.SetShadowAsync(new SetShadowRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 50 }, tenant.AsOperator);

        // At once, where it was scored under the rule's protocol.
        await GateAsync(memory, new GateRule { Protocol = "generate-exact", Figure = "rel", LeastProbes = 100_000, MostDrop = 100 });
        var stopped = (await tenant.DeploymentAsync(memory))!;
        (stopped.CanaryPercent, stopped.ShadowPercent, stopped.Champion, stopped.Challenger).ShouldBe((0, 50, champion, challenger));
        (await StopsAsync(memory)).Single().Message.ShouldContain("it fails its gate: generate-exact: rel has");
        (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory.ToString(), What = "stop canary" }, tenant.AsAdmin)).Entries.Single().Reason.ShouldStartWith("it fails its gate");

        // Once it is, where it was not.
        await GateAsync(memory, new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 });
        await CanaryAsync(memory, 10, new TrafficLimits { MostErrors = 50 });
        await GateAsync(memory, new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 }, new GateRule { Protocol = "generate-prefix", Figure = "rel", LeastProbes = 100_000, MostDrop = 100 });
        await Eventually.HoldsAsync(async () => (await tenant.DeploymentAsync(memory))!.CanaryPercent == 0, "the canary is stopped");
        (await StopsAsync(memory))[0].Message.ShouldContain("generate-prefix");

        // Somebody said why it may be tried all the same.
        await tenant.Evaluator.SetCanaryAsync(new SetCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 1, Limits = new TrafficLimits { MostErrors = 50 }, AlthoughItFailed = "to see" }, tenant.AsOperator);
        await GateAsync(memory, new GateRule { Protocol = "generate-exact", Figure = "rel", LeastProbes = 200_000, MostDrop = 100 });
        (await tenant.DeploymentAsync(memory))!.CanaryPercent.ShouldBe(1);
    }

    [Fact]
    public async Task Should_stop_when_a_schedule_finds_that_its_challenger_fails_the_gate()
    {
        var (memory, champion, challenger) = await PairAsync();
        await GateAsync(memory, new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 1, MostDrop = 100 });
        await CanaryAsync(memory, 10, new TrafficLimits { MostErrors = 50 });
        using var import = tenant.Evaluator.ImportProbes(tenant.AsOperator);
        await import.RequestStream.WriteAsync(new ImportProbesRequest { MemoryId = memory.ToString(), Name = "hard", Lines = Google.Protobuf.ByteString.CopyFromUtf8("""{"kind":"Reliability","prompt":"The colour of nothing is","answer":"not to be said"}""") });
        await import.RequestStream.CompleteAsync();

        await tenant.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = memory.ToString(), EverySeconds = 3600, ProbeSetId = (await import).Set.Id }, tenant.AsOperator);
        await using var evaluator = Serving.Evaluator(ServingPlatform.FreeAddress());
        await using var db = await evaluator.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync();
        await db.Schedules.Where(s => s.MemoryId == memory).ExecuteUpdateAsync(s => s.SetProperty(x => x.NextAt, DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1)));

        await Eventually.HoldsAsync(async () => (await tenant.DeploymentAsync(memory))!.CanaryPercent == 0, "the canary is stopped");
        (await StopsAsync(memory)).Single().ShouldSatisfyAllConditions(a => a.BridgeId.ShouldBe(challenger), a => a.Message.ShouldContain("rel is 0.0 % of 1 probes"));
        (await tenant.DeploymentAsync(memory))!.Champion.ShouldBe(champion, "what serves stays");
    }

    [Fact]
    public async Task Should_forget_reports_of_trials_long_past_and_keep_those_of_one_that_runs()
    {
        var (memory, champion, challenger) = await PairAsync();
        await CanaryAsync(memory, 5, new TrafficLimits { MostErrors = 50 });
        await ReportAsync(memory, champion, challenger, 10, 0);
        var (past, old) = (await PairAsync(), DateTimeOffset.UtcNow - TimeSpan.FromDays(31));
        await ReportAsync(past.Memory, past.Champion, past.Challenger, 10, 0);
        await ReportAsync(past.Memory, past.Champion, past.Challenger, 10, 0);
        await using var evaluator = Serving.Evaluator(ServingPlatform.FreeAddress());
        await using var db = await evaluator.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync();
        // As if the trial had begun, and its report come, longer ago than reports are kept; of the other memory one report had.
        await db.Deployments.Where(d => d.MemoryId == memory).ExecuteUpdateAsync(d => d.SetProperty(x => x.TrialSince, old - TimeSpan.FromDays(1)));
        var ids = await db.TrafficReports.Where(r => r.MemoryId == past.Memory).Select(r => r.Id).ToListAsync();
        await db.TrafficReports.Where(r => r.MemoryId == memory || r.Id == ids[0]).ExecuteUpdateAsync(r => r.SetProperty(x => x.ReceivedAt, old));

        var forgotten = await evaluator.Services.GetRequiredService<ForgetTraffic>().ReconcileAsync(CancellationToken.None);

        forgotten.ShouldBe(1);
        (await db.TrafficReports.Where(r => r.MemoryId == memory || r.MemoryId == past.Memory).Select(r => r.Id).ToListAsync()).ShouldSatisfyAllConditions(l => l.Count.ShouldBe(2), l => l.ShouldNotContain(ids[0]));
        var traffic = await tenant.Evaluator.GetTrafficAsync(new GetTrafficRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.Headers);
        traffic.OfChallenger.Requests.ShouldBe(10);
    }

    private async Task<(Guid Memory, string Champion, string Challenger)> PairAsync()
    {
        var memory = await tenant.MemoryAsync($"pair-{Guid.NewGuid():N}");
        var champion = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        await tenant.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = 0, PromoteByHand = true, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 } } }, tenant.AsOperator);
        var challenger = await Serving.TrainedAsync(tenant, memory, Serving.World.Second, commit: 2);
        (await tenant.EvaluationAsync(memory, challenger)).GatePassed.ShouldBeTrue();
        return (memory, champion, challenger);
    }

    private async Task GateAsync(Guid memory, params GateRule[] rules) =>
        await tenant.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = -1, PromoteByHand = true, Rules = { rules } }, tenant.AsOperator);

    private async Task<IReadOnlyList<Alert>> StopsAsync(Guid memory) =>
        [.. (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Alerts.Where(a => a.Kind == "canary-stopped")];

    private async Task<Deployment> CanaryAsync(Guid memory, int percent, TrafficLimits limits) =>
        await tenant.Evaluator.SetCanaryAsync(new SetCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = percent, Limits = limits }, tenant.AsOperator);

    private async Task<Deployment> ReportAsync(Guid memory, string champion, string challenger, long requests, long errors) => await tenant.Evaluator.ReportTrafficAsync(Report(memory, champion, challenger, requests, errors), AsInference);

    private ReportTrafficRequest Report(Guid memory, string champion, string challenger, long requests, long errors) => new()
    {
        Id = Guid.NewGuid().ToString(), MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Champion = champion, Challenger = challenger, Reporter = "a test",
        OfChampion = new TrafficCounts { Requests = 100, Errors = 0, Milliseconds = 5000 }, OfChallenger = new TrafficCounts { Requests = requests, Errors = errors, Milliseconds = Math.Max(0, requests) * 60 },
    };
}
