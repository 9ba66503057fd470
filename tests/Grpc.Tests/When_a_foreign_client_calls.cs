using System.Text.Json.Nodes;
using Grpc.Core;

namespace MindBridge.Grpc.Tests;

public sealed class When_a_foreign_client_calls(ForeignClients clients, UsualServer usual) : IClassFixture<ForeignClients>, IClassFixture<UsualServer>
{
    public static TheoryData<string> Clients => ["grpcio", "grpc-js"];

    private ProbeServer Server => usual.Server;

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_answer_a_unary_call(string client)
    {
        var answer = await CallAsync(client, new { method = "Echo", notes = new[] { new { text = "grüß dich, 世界", number = -7, size = 3 } } });

        Code(answer).ShouldBe(StatusCode.OK);
        answer["notes"]!.ToJsonString().ShouldBe(JsonNode.Parse("""[{"text":"grüß dich, 世界","number":-7,"size":3}]""")!.ToJsonString());
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_collect_a_stream_of_requests(string client)
    {
        var answer = await CallAsync(client, new { method = "Collect", notes = Enumerable.Range(0, 200).Select(i => new { text = $"{i}," }) });

        Code(answer).ShouldBe(StatusCode.OK);
        var note = answer["notes"]!.AsArray().ShouldHaveSingleItem()!;
        note["number"]!.GetValue<int>().ShouldBe(200);
        note["text"]!.GetValue<string>().ShouldBe(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},")));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_stream_responses_in_order(string client)
    {
        var answer = await CallAsync(client, new { method = "Count", notes = new[] { new { number = 500, size = 100 } } });

        Code(answer).ShouldBe(StatusCode.OK);
        answer["notes"]!.AsArray().Select(note => note!["number"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, 500));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_talk_both_ways_in_turn(string client)
    {
        // The client sends its next note only after the last one has come back.
        var answer = await CallAsync(client, new { method = "Chat", timeout = 20, notes = Enumerable.Range(0, 20).Select(i => new { number = i }) });

        Code(answer).ShouldBe(StatusCode.OK, answer.ToJsonString());
        answer["notes"]!.AsArray().Select(note => note!["number"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, 20));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_carry_large_messages_both_ways(string client)
    {
        const int Size = 16 * 1024 * 1024;

        var answer = await CallAsync(client, new { method = "Echo", notes = new[] { new { text = "big", size = Size } } });

        Code(answer).ShouldBe(StatusCode.OK);
        answer["notes"]![0]!["size"]!.GetValue<int>().ShouldBe(Size);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_return_metadata_as_headers_and_trailers(string client)
    {
        var bytes = Convert.ToBase64String([0, 1, 254, 255]);
        string[][] metadata = [["echo-text", "hello"], ["echo-raw-bin", bytes], ["trail-text", "bye"], ["trail-raw-bin", bytes]];

        var answer = await CallAsync(client, new { method = "Echo", metadata, notes = new[] { new { text = "x" } } });

        Pairs(answer["headers"]).ShouldContain(("echo-text", "hello"));
        Pairs(answer["headers"]).ShouldContain(("echo-raw-bin", bytes));
        Pairs(answer["trailers"]).ShouldContain(("trail-text", "bye"));
        Pairs(answer["trailers"]).ShouldContain(("trail-raw-bin", bytes));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_tell_an_error_in_any_language_with_its_details(string client)
    {
        const string Text = "édition 17 : « objet » vide — 100 % 対象\n";

        var answer = await CallAsync(client, new { method = "Fail", notes = new[] { new { text = Text, number = (int)StatusCode.FailedPrecondition, size = 4 } } });

        Code(answer).ShouldBe(StatusCode.FailedPrecondition);
        answer["details"]!.GetValue<string>().ShouldBe(Text);
        Pairs(answer["trailers"]).ShouldContain(("grpc-status-details-bin", Convert.ToBase64String("xxxx"u8)));
        answer["notes"]!.AsArray().ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_hide_what_an_exception_says(string client)
    {
        var answer = await CallAsync(client, new { method = "Throw", notes = new[] { new { text = "" } } });

        Code(answer).ShouldBe(StatusCode.Unknown);
        answer["details"]!.GetValue<string>().ShouldBe("Exception was thrown by handler.");
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_say_that_a_method_is_missing(string client)
    {
        var answer = await CallAsync(client, new { method = "Missing", notes = new[] { new { text = "" } } });

        Code(answer).ShouldBe(StatusCode.Unimplemented);
        answer["details"]!.GetValue<string>().ShouldBe("Method is unimplemented.");
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_stop_at_the_clients_deadline(string client)
    {
        var text = $"deadline of {client}";

        var answer = await CallAsync(client, new { method = "Wait", timeout = 0.3, notes = new[] { new { text } } });

        Code(answer).ShouldBe(StatusCode.DeadlineExceeded);
        await Server.Traces.Cancelled(text);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_stop_when_a_unary_call_is_cancelled(string client)
    {
        var text = $"cancelled by {client}";

        var answer = await CallAsync(client, new { method = "Wait", cancel_after_seconds = 0.3, notes = new[] { new { text } } });

        Code(answer).ShouldBe(StatusCode.Cancelled);
        await Server.Traces.Cancelled(text);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_stop_when_a_stream_is_cancelled(string client)
    {
        var text = $"stream cancelled by {client}";

        var answer = await CallAsync(client, new { method = "Count", cancel_after = 5, notes = new[] { new { text, number = 1_000_000, size = 1000 } } });

        Code(answer).ShouldBe(StatusCode.Cancelled);
        await Server.Traces.Cancelled(text);
        Server.Traces.Written[text].ShouldBeLessThan(1_000_000);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_understand_gzip_and_answer_with_it(string client)
    {
        var answer = await CallAsync(client, new { method = "Echo", gzip = true, notes = new[] { new { text = new string('z', 10_000), size = 100_000 } } });

        Code(answer).ShouldBe(StatusCode.OK);
        answer["notes"]![0]!["size"]!.GetValue<int>().ShouldBe(100_000);
        answer["notes"]![0]!["text"]!.GetValue<string>().Length.ShouldBe(10_000);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_tell_its_health(string client)
    {
        (await HealthAsync(client, "mindbridge.probe.Probe")).ShouldBe((StatusCode.OK, 1));
        (await HealthAsync(client, "")).ShouldBe((StatusCode.OK, 1));
        Server.IsHealthy = false;
        try
        {
            (await HealthAsync(client, "mindbridge.probe.Probe")).ShouldBe((StatusCode.OK, 2));
        }
        finally
        {
            Server.IsHealthy = true;
        }
        (await HealthAsync(client, "nobody")).ShouldBe((StatusCode.NotFound, 0));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Should_describe_its_services(string client)
    {
        var answer = await clients[client].AskAsync(new { @do = "reflection", target = Server.Plain.Authority, symbol = "mindbridge.probe.Probe" });

        var services = answer["services"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        services.ShouldContain("mindbridge.probe.Probe");
        services.ShouldContain("grpc.health.v1.Health");
        answer["methods"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["Echo", "Collect", "Count", "Chat", "Fail", "Wait", "Throw"]);
    }

    private async Task<JsonNode> CallAsync(string client, object call)
    {
        var ask = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(call))!.AsObject();
        ask["do"] = "call";
        ask["target"] = Server.Plain.Authority;
        return await clients[client].AskAsync(ask);
    }

    private async Task<(StatusCode Code, int Status)> HealthAsync(string client, string service)
    {
        var answer = await clients[client].AskAsync(new { @do = "health", target = Server.Plain.Authority, service });
        return (Code(answer), answer["status"]!.GetValue<int>());
    }

    private static StatusCode Code(JsonNode answer) => (StatusCode)answer["code"]!.GetValue<int>();

    private static List<(string Key, string Value)> Pairs(JsonNode? pairs) =>
        [.. pairs!.AsArray().Select(pair => (pair![0]!.GetValue<string>(), pair[1]!.GetValue<string>()))];
}
