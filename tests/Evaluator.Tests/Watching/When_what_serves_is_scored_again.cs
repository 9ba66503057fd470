using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Metrics;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Evaluator.Tests.Watching;

public sealed class When_what_serves_is_scored_again(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_raise_an_alert_when_it_scores_less_and_none_when_it_does_not()
    {
        var memory = await tenant.MemoryAsync();
        // What served always said what it says now.
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.Weak, probes: Serving.World.ProbeSetId);
        var first = await tenant.EvaluationAsync(memory, bridge);
        var schedule = await tenant.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = memory.ToString(), EverySeconds = 60 }, tenant.AsOperator);
        (schedule.Protocol, schedule.EverySeconds, schedule.NextAt.Length > 0).ShouldBe(("generate-exact", 60, true));
        var again = await DueAsync(memory, 1);
        (again.Cause, again.ProbeSetId, again.GatePassed).ShouldBe(("schedule", first.ProbeSetId, false));
        again.Scores.ToDictionary().ShouldBe(first.Scores.ToDictionary(), ignoreOrder: true);
        (await AlertsAsync(memory)).ShouldBeEmpty();

        // As if it had been right on every probe until now.
        foreach (var before in (Evaluation[])[first, again]) await ExecuteAsync("UPDATE evaluator.probe_outcomes SET value = 1 WHERE evaluation_id = @id", Guid.Parse(before.Id));
        var fell = await DueAsync(memory, 2);

        var alert = (await AlertsAsync(memory)).Single();
        (alert.Kind, alert.BridgeId, alert.EvaluationId).ShouldBe(("drift", bridge, fell.Id));
        alert.Message.ShouldContain("rel 100.0 to");
        (await GaugeAsync(memory)).ShouldBe(1);
        await tenant.Evaluator.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = alert.Id }, tenant.AsOperator);
        (await GaugeAsync(memory)).ShouldBeNull("somebody looks after it");
        (await tenant.DeploymentAsync(memory))!.Champion.ShouldBe(bridge, "an alert is an alert; what serves is the operators' to change");
        // The same again is no news; the same after it had been over is.
        var known = await DueAsync(memory, 3);
        (await AlertsAsync(memory)).Single().Id.ShouldBe(alert.Id);
        await ExecuteAsync("UPDATE evaluator.probe_outcomes SET value = 1 WHERE evaluation_id = @id", Guid.Parse(known.Id));
        await DueAsync(memory, 4);
        (await AlertsAsync(memory)).Count.ShouldBe(2);
        var ended = await tenant.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = memory.ToString() }, tenant.AsOperator);
        (ended.NextAt, (await tenant.Evaluator.ListSchedulesAsync(new ListSchedulesRequest(), tenant.Headers)).Schedules.Count).ShouldBe(("", 0));
        (await tenant.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = memory.ToString(), EverySeconds = 1 }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    // Nobody waits a minute: the row says that it is due.
    private async Task<Evaluation> DueAsync(Guid memory, int times)
    {
        await ExecuteAsync("UPDATE evaluator.schedules SET next_at = now() - interval '1 second' WHERE memory_id = @id", memory);
        List<Evaluation> scheduled = [];
        await Eventually.HoldsAsync(async () => (scheduled = [.. (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Evaluations.Where(e => e.Cause == "schedule")]).Count == times, "it is scored again");
        return scheduled[0];
    }

    // What Prometheus is told of the memory's drift.
    private async Task<double?> GaugeAsync(Guid memory)
    {
        var readings = await Task.WhenAll(Serving.Judge.Services.GetServices<IGauges>().Select(g => g.ReadAsync(TestContext.Current.CancellationToken)));
        (string, string)[] tags = [("tenant", tenant.Name), ("memory", memory.ToString()), ("kind", "drift")];
        return readings.SelectMany(r => r).SingleOrDefault(r => r.Name == "mindbridge.alerts" && r.Tags.SequenceEqual(tags))?.Value;
    }

    private async Task<IList<Alert>> AlertsAsync(Guid memory) => (await tenant.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory.ToString(), Acknowledged = true }, tenant.Headers)).Alerts;

    private async Task ExecuteAsync(string sql, Guid id)
    {
        await using var db = new Npgsql.NpgsqlConnection(Serving.Postgres.ConnectionString);
        await db.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, db) { Parameters = { new("id", id) } };
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
    }
}
