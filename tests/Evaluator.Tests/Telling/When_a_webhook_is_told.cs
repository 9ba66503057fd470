using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Evaluator.Tests.Telling;

public sealed class When_a_webhook_is_told(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_get_what_happened_signed_and_again_until_it_takes_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = before => before == 0 ? 500 : 204;
        var made = await tenant.Evaluator.CreateWebhookAsync(new CreateWebhookRequest { Url = receiver.Url + "/here", Events = { "BridgePromoted" } }, tenant.AsOperator);
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);

        Delivery? delivered = null;
        await Eventually.HoldsAsync(async () => (delivered = (await DeliveriesAsync(made.Webhook.Id)).SingleOrDefault(d => d.State == "delivered")) is not null, "it is delivered");

        receiver.Came.Count.ShouldBe(2);
        delivered!.Attempts.Select(a => a.Status).ShouldBe([500, 204]);
        delivered.Attempts[0].Reason.ShouldBe("it was answered 500");
        foreach (var came in receiver.Came)
        {
            var (at, body) = (came.Headers["mindbridge-timestamp"], came.Body);
            came.Headers["mindbridge-signature"].ShouldBe("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(made.Secret), Encoding.UTF8.GetBytes($"{at}.{body}"))));
            (DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture))).TotalMinutes.ShouldBeInRange(-1, 5);
            (came.Path, came.Headers["mindbridge-delivery"], came.Headers["mindbridge-event"], came.Headers["content-type"]).ShouldBe(("/here", delivered.Id, "BridgePromoted", "application/json"));
            body.ShouldBe(delivered.Body);
        }

        using var json = JsonDocument.Parse(delivered.Body);
        var data = json.RootElement.GetProperty("data");
        (json.RootElement.GetProperty("event").GetString(), json.RootElement.GetProperty("tenant").GetString(), data.GetProperty("bridge").GetString(), data.GetProperty("memory").GetGuid()).ShouldBe(("BridgePromoted", tenant.Name, bridge, memory));
        // Shown once.
        made.Secret.Length.ShouldBeGreaterThan(60);
        var listed = (await tenant.Evaluator.ListWebhooksAsync(new ListWebhooksRequest(), tenant.AsOperator)).ToString() + (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest(), tenant.AsAdmin)) + delivered;
        listed.ShouldNotContain(made.Secret[6..]);
        listed.ShouldContain(receiver.Url);
        await using var db = new Npgsql.NpgsqlConnection(Serving.Postgres.ConnectionString);
        await db.OpenAsync();
        await using var payloads = new Npgsql.NpgsqlCommand("SELECT count(*) FROM evaluator.jobs WHERE payload LIKE @secret OR reason LIKE @secret", db) { Parameters = { new("secret", $"%{made.Secret}%") } };
        (await payloads.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task Should_be_given_up_after_its_attempts_follow_no_redirection_and_be_sent_again_on_demand()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => 307;
        // A service that gives up sooner than the others, with a database of its own.
        await using var evaluator = await Killing.EvaluatorProcess.StartAsync(Serving, "given_up", "--Jobs:Attempts=2", "--Jobs:FirstPause=00:00:00.1");
        var hook = (await evaluator.Client.CreateWebhookAsync(new CreateWebhookRequest { Url = receiver.Url + "/hook", Events = { "AlertRaised" } }, tenant.AsOperator)).Webhook;
        var memory = await tenant.MemoryAsync();
        await evaluator.Client.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = -1, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", Least = 100, LeastProbes = 1000, MostDrop = 100 } } }, tenant.AsOperator);
        var bridge = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, Serving.World.Weak);
        await using (var db = await evaluator.RowsAsync())
            await evaluator.Jobs.EnqueueAsync(db, "evaluate", "fails", new NoticingBridges.EvaluateBridge(tenant.Name, memory, Serving.LlmId, bridge, [Serving.World.FewProbesId], "generate-exact"));

        Delivery? given = null;
        await Eventually.HoldsAsync(async () => (given = (await AtAsync()).SingleOrDefault(d => d.State == "given up")) is not null, "it is given up");
        given!.Attempts.Select(a => a.Status).ShouldBe([307, 307]);
        given.Attempts[0].Reason.ShouldContain("a redirection, which is not followed");
        receiver.Came.ShouldAllBe(c => c.Path == "/hook");

        // What cannot be audited is not done.
        await using (var db = await evaluator.RowsAsync()) await db.Database.ExecuteSqlRawAsync("ALTER TABLE audit RENAME TO away");
        await Should.ThrowAsync<RpcException>(async () => await evaluator.Client.RedeliverAsync(new RedeliverRequest { Id = given.Id }, tenant.AsOperator));
        (await AtAsync()).Single().State.ShouldBe("given up");
        await using (var db = await evaluator.RowsAsync()) await db.Database.ExecuteSqlRawAsync("ALTER TABLE away RENAME TO audit");

        receiver.Answer = _ => 200;
        await evaluator.Client.RedeliverAsync(new RedeliverRequest { Id = given.Id }, tenant.AsOperator);
        await Eventually.HoldsAsync(async () => (await AtAsync()).Single().State == "delivered", "it is delivered");
        (await evaluator.Client.RedeliverAsync(new RedeliverRequest { Id = given.Id }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        receiver.Came.Select(c => c.Body).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);

        async Task<IList<Delivery>> AtAsync() => (await evaluator.Client.ListDeliveriesAsync(new ListDeliveriesRequest { WebhookId = hook.Id }, tenant.AsOperator)).Deliveries;
    }

    [Theory]
    [InlineData("ftp://example.com/", "give an absolute http or https address")]
    [InlineData("/hook", "give an absolute http or https address")]
    [InlineData("http://user:secret@example.com/", "holds a user name or password")]
    public async Task Should_refuse_what_cannot_be_posted_to(string url, string said) =>
        (await tenant.Evaluator.CreateWebhookAsync(new CreateWebhookRequest { Url = url }, tenant.AsOperator).RefusedAsync()).Detail.ShouldContain(said);

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fd00:ec2::254]/latest/meta-data/")]
    [InlineData("http://100.100.100.200/latest/meta-data/")]
    [InlineData("http://[::ffff:100.100.100.200]/")]
    public async Task Should_never_reach_where_machines_keep_their_credentials(string url)
    {
        using var client = new SendingWebhooks.WebhookClient(TimeProvider.System);
        var hook = new SendingWebhooks.Webhook { Id = Guid.NewGuid(), TenantId = "t", Url = url, Events = "AlertRaised", Secret = "s", CreatedBy = "b", CreatedAt = default };
        var delivery = new SendingWebhooks.Delivery { Id = Guid.NewGuid(), WebhookId = hook.Id, TenantId = "t", Event = "AlertRaised", Body = "{}", CreatedAt = default };

        var (status, reason) = await client.PostAsync(hook, delivery, default);

        (status, reason!.Contains("no address that webhooks may be sent to", StringComparison.Ordinal)).ShouldBe((0, true));
    }

    private async Task<IList<Delivery>> DeliveriesAsync(string webhook) => (await tenant.Evaluator.ListDeliveriesAsync(new ListDeliveriesRequest { WebhookId = webhook }, tenant.AsOperator)).Deliveries;
}
