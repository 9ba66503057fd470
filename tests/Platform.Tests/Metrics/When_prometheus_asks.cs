using System.Net;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tests.Security;

namespace MindBridge.Platform.Tests.Metrics;

public sealed class When_prometheus_asks
{
    [Fact]
    public async Task Should_write_counters_and_histograms_as_it_reads_them()
    {
        var (key, settings) = GuardedService.KeyOf(0, Role.Operator);
        await using var service = await GuardedService.StartAsync([.. settings]);
        Instruments.Meter.CreateCounter<long>("mindbridge.test.things", null, "Things.").Add(3, KeyValuePair.Create("what", (object?)"a \"quoted\" \\ name"));
        Instruments.Meter.CreateHistogram<double>("mindbridge.test.time", "s", "Time.").Record(0.2);
        await service.GetAsync("/who", key);
        await Should.ThrowAsync<RpcException>(async () => await service.Operations.RetryJobAsync(new JobRequest { Id = Guid.NewGuid().ToString() }, new Metadata { { "authorization", "Bearer " + key } }));

        var page = await (await service.GetAsync("/metrics", key)).Content.ReadAsStringAsync();

        page.ShouldContain("# TYPE mindbridge_test_things_total counter\nmindbridge_test_things_total{what=\"a \\\"quoted\\\" \\\\ name\"} 3\n");
        page.ShouldContain("mindbridge_test_time_seconds_bucket{le=\"+Inf\"} 1\n");
        page.ShouldContain("mindbridge_test_time_seconds_count 1\n");
        page.ShouldContain("http_server_request_duration_seconds_count");
        page.Split('\n').ShouldContain(line => line.StartsWith("http_server_request_duration_seconds_count") && line.Contains("Operations/RetryJob") && line.Contains("rpc_grpc_status_code=\"5\""), "a call counts with its own status");
        page.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_tell_of_a_tenant_to_the_tenant_s_operator_and_to_services_only()
    {
        var (acme, first) = GuardedService.KeyOf(0, Role.Operator);
        var (other, second) = GuardedService.KeyOf(1, Role.Operator, tenant: "other");
        var (platform, third) = GuardedService.KeyOf(2, Role.Service);
        await using var service = await GuardedService.StartAsync([.. first, .. second, .. third]);
        var scores = Instruments.Meter.CreateHistogram<double>("mindbridge.test.scores", null, "Scores.");
        foreach (var tenant in (string[])["acme", "other"]) scores.Record(1, KeyValuePair.Create("memory", (object?)$"memory of {tenant}"), KeyValuePair.Create("tenant", (object?)tenant));

        async Task<string> PageAsync(string key) => await (await service.GetAsync("/metrics", key)).Content.ReadAsStringAsync();
        (await PageAsync(acme)).ShouldSatisfyAllConditions(p => p.ShouldContain("memory of acme"), p => p.ShouldNotContain("memory of other"), p => p.ShouldContain("dotnet_process_cpu_time"));
        (await PageAsync(other)).ShouldSatisfyAllConditions(p => p.ShouldContain("memory of other"), p => p.ShouldNotContain("memory of acme"));
        (await PageAsync(platform)).ShouldSatisfyAllConditions(p => p.ShouldContain("memory of other"), p => p.ShouldContain("memory of acme"));
    }

    [Fact]
    public async Task Should_answer_operators_only()
    {
        var (key, settings) = GuardedService.KeyOf(0, Role.Editor);
        await using var service = await GuardedService.StartAsync([.. settings]);

        (await service.GetAsync("/metrics", key)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
