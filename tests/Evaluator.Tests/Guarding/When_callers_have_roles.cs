using Google.Protobuf;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Guarding;

public sealed class When_callers_have_roles(Platform platform)
{
    private const string Reader = "reader", Operator = "operator", Admin = "admin", Service = "service";

    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        [Reader] = [Reader, Operator, Admin, Service],
        [Operator] = [Operator, Admin, Service],
        [Admin] = [Admin, Service],
        [Service] = [Service],
    };

    // Every call there is, and the least that may make it.
    private static readonly Dictionary<string, string> s_least = new(StringComparer.Ordinal)
    {
        ["ListDeployments"] = Reader, ["ListEvaluations"] = Reader, ["GetEvaluation"] = Reader, ["ListOutcomes"] = Reader, ["CompareEvaluations"] = Reader, ["GetRetention"] = Reader, ["ListChanges"] = Reader,
        ["GetGate"] = Reader, ["ListGates"] = Reader, ["ListProbeSets"] = Reader, ["GetTraffic"] = Reader, ["ListSchedules"] = Reader, ["ListAlerts"] = Reader, ["GetFeatureMap"] = Reader, ["GetAbility"] = Reader,
        ["Promote"] = Operator, ["RollBack"] = Operator, ["SetGate"] = Operator, ["ImportProbes"] = Operator, ["GenerateProbes"] = Operator, ["StartEvaluation"] = Operator, ["StartAbility"] = Operator,
        ["SetCanary"] = Operator, ["StopCanary"] = Operator, ["SetShadow"] = Operator, ["SetSchedule"] = Operator, ["AcknowledgeAlert"] = Operator,
        ["CreateWebhook"] = Operator, ["ListWebhooks"] = Operator, ["DeleteWebhook"] = Operator, ["ListDeliveries"] = Operator, ["Redeliver"] = Operator,
        ["ListAudit"] = Admin,
        ["ReportTraffic"] = Service,
    };

    // One for all of them: there are more calls than tenants.
    private readonly Tenant tenant = platform.Anybody;

    private ServingPlatform Serving => platform.Serving;

    public static TheoryData<string, string> Calls => [.. from rpc in Contracts.V1.Evaluator.Descriptor.Methods from role in s_allowed.Keys select (rpc.Name, role)];

    public static TheoryData<string> Rpcs => [.. Contracts.V1.Evaluator.Descriptor.Methods.Select(method => method.Name)];

    [Fact]
    public void Should_know_of_every_call() => Contracts.V1.Evaluator.Descriptor.Methods.Select(m => m.Name).ShouldBe(s_least.Keys, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Should_let_each_do_what_is_its_own(string rpc, string role)
    {
        var key = role switch { Reader => tenant.Headers, Operator => tenant.AsOperator, Admin => tenant.AsAdmin, _ => new Metadata { { "authorization", $"Bearer {Serving.Addresses.Key}" }, { "mindbridge-tenant", tenant.Name } } };
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Serving.Addresses.Evaluator}/mindbridge.evaluator.v1.Evaluator/{rpc}")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc") } },
        };
        foreach (var header in key) request.Headers.Add(header.Key, header.Value);

        using var response = await client.SendAsync(request);

        await response.Content.ReadAsByteArrayAsync();
        var status = (StatusCode)int.Parse(response.Headers.TryGetValues("grpc-status", out var early) ? early.First() : response.TrailingHeaders.GetValues("grpc-status").First());
        // An empty request is refused for what it lacks, or answered; only a role that is too low is told so.
        if (!s_allowed[s_least[rpc]].Contains(role)) status.ShouldBe(StatusCode.PermissionDenied);
        else status.ShouldBeOneOf(StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound);
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public async Task Should_ask_every_rpc_for_a_key(string rpc)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Serving.Addresses.Evaluator}/mindbridge.evaluator.v1.Evaluator/{rpc}")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc") } },
        };
        using var response = await client.SendAsync(request);

        var status = response.Headers.TryGetValues("grpc-status", out var header) ? header.First() : $"HTTP {(int)response.StatusCode}";
        status.ShouldBeOneOf("16", "HTTP 401");
    }

    [Fact]
    public async Task Should_show_and_change_nothing_of_another_tenant()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        var evaluation = await tenant.EvaluationAsync(memory, bridge);
        var hook = (await tenant.Evaluator.CreateWebhookAsync(new CreateWebhookRequest { Url = "http://127.0.0.1:9/" }, tenant.AsOperator)).Webhook;
        await tenant.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = memory.ToString(), EverySeconds = 86400 }, tenant.AsOperator);
        var (m, l) = (memory.ToString(), Serving.LlmId.ToString());
        var (other, e) = (Serving.NewTenant(), tenant.Evaluator);
        var set = evaluation.ProbeSetId;

        // The call, and whether it names something that only its owner has.
        (string Rpc, Func<Metadata, Task<IMessage>> Call, bool Named)[] calls =
        [
            ("ListDeployments", async h => await e.ListDeploymentsAsync(new ListDeploymentsRequest { MemoryId = m }, h), false),
            ("ListEvaluations", async h => await e.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = m }, h), false),
            ("GetEvaluation", async h => await e.GetEvaluationAsync(new GetEvaluationRequest { Id = evaluation.Id }, h), true),
            ("ListOutcomes", async h => await e.ListOutcomesAsync(new ListOutcomesRequest { EvaluationId = evaluation.Id }, h), true),
            ("CompareEvaluations", async h => await e.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = evaluation.Id, Second = evaluation.Id }, h), true),
            ("GetRetention", async h => await e.GetRetentionAsync(new GetRetentionRequest { MemoryId = m, LlmId = l }, h), true),
            ("ListChanges", async h => await e.ListChangesAsync(new ListChangesRequest { MemoryId = m }, h), false),
            ("GetGate", async h => await e.GetGateAsync(new GetGateRequest { MemoryId = m }, h), true),
            ("ListGates", async h => await e.ListGatesAsync(new GetGateRequest { MemoryId = m }, h), true),
            ("ListProbeSets", async h => await e.ListProbeSetsAsync(new ListProbeSetsRequest { MemoryId = m }, h), true),
            ("GetTraffic", async h => await e.GetTrafficAsync(new GetTrafficRequest { MemoryId = m, LlmId = l }, h), true),
            ("ListSchedules", async h => await e.ListSchedulesAsync(new ListSchedulesRequest(), h), false),
            ("ListAlerts", async h => await e.ListAlertsAsync(new ListAlertsRequest { MemoryId = m }, h), false),
            ("ListWebhooks", async h => await e.ListWebhooksAsync(new ListWebhooksRequest(), h), false),
            ("ListDeliveries", async h => await e.ListDeliveriesAsync(new ListDeliveriesRequest { WebhookId = hook.Id }, h), false),
            ("ListAudit", async h => await e.ListAuditAsync(new ListAuditRequest { MemoryId = m }, h), false),
            ("SetGate", async h => await e.SetGateAsync(new SetGateRequest { MemoryId = m, Replaces = -1, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 } } }, h), true),
            ("GenerateProbes", async h => await e.GenerateProbesAsync(new GenerateProbesRequest { MemoryId = m }, h), true),
            ("StartEvaluation", async h => await e.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = bridge, Protocol = "probability" }, h), true),
            ("Promote", async h => await e.PromoteAsync(new PromoteRequest { MemoryId = m, LlmId = l, BridgeId = bridge }, h), true),
            ("RollBack", async h => await e.RollBackAsync(new RollBackRequest { MemoryId = m, LlmId = l }, h), true),
            ("SetCanary", async h => await e.SetCanaryAsync(new SetCanaryRequest { MemoryId = m, LlmId = l, Percent = 5, Limits = new TrafficLimits { MostErrors = 5 } }, h), true),
            ("StopCanary", async h => await e.StopCanaryAsync(new StopCanaryRequest { MemoryId = m, LlmId = l }, h), true),
            ("SetShadow", async h => await e.SetShadowAsync(new SetShadowRequest { MemoryId = m, LlmId = l, Percent = 5 }, h), true),
            ("SetSchedule", async h => await e.SetScheduleAsync(new SetScheduleRequest { MemoryId = m, EverySeconds = 60 }, h), true),
            ("DeleteWebhook", async h => await e.DeleteWebhookAsync(new DeleteWebhookRequest { Id = hook.Id }, h), true),
            ("ImportProbes", async h =>
            {
                using var call = e.ImportProbes(h);
                await call.RequestStream.WriteAsync(new ImportProbesRequest { MemoryId = m, Name = "mine", Lines = ByteString.CopyFromUtf8("""{"kind":"Reliability","prompt":"p","answer":"a"}""") });
                await call.RequestStream.CompleteAsync();
                return await call;
            }, true),
        ];

        foreach (var (rpc, call, named) in calls)
        {
            if (named) (await Should.ThrowAsync<RpcException>(() => call(other.AsAdmin), rpc)).StatusCode.ShouldBe(StatusCode.NotFound, rpc);
            else (await call(other.AsAdmin)).CalculateSize().ShouldBe(0, $"{rpc} must be empty");
        }

        // The same calls by the owner find something, or the above could not fail.
        foreach (var rpc in (string[])["ListDeployments", "ListEvaluations", "ListChanges", "ListSchedules", "ListWebhooks", "ListAudit", "ListProbeSets", "GetGate", "CompareEvaluations"])
            (await calls.Single(c => c.Rpc == rpc).Call(tenant.AsAdmin)).CalculateSize().ShouldBeGreaterThan(0, rpc);
        set.Length.ShouldBe(64);
        (await tenant.DeploymentAsync(memory))!.Sequence.ShouldBe(1);
    }
}
