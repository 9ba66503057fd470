using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Targets;

public sealed class When_a_target_is_named(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    public static TheoryData<string> Rpcs => [.. Contracts.V1.Inference.Descriptor.Methods.Select(method => method.Name)];

    [Fact]
    public async Task Should_find_an_LLM_by_id_by_name_and_by_name_and_version()
    {
        foreach (var llm in (string[])[ServingPlatform.Llm, $"{ServingPlatform.Llm} 1", platform.Serving.LlmId.ToString()])
            (await tenant.AskAsync("The capital of Austria is", llm: llm)).Text.ShouldBe("Vienna");
        (await RefusedAsync(new Target { Llm = "gpt-5" })).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.NotFound), r => r.Status.Detail.ShouldContain("\"demo-gpt 1\""));
    }

    [Fact]
    public async Task Should_ask_which_version_is_meant_and_serve_a_new_release_at_once()
    {
        var hash = MindBridge.Artifacts.ContentIdentity.Of(TrainedWorld.OtherLlmFolder);
        await tenant.ReleaseAsync("twice", TrainedWorld.OtherLlmFolder, hash, "1");
        await tenant.ReleaseAsync("twice", new Uri(TrainedWorld.OtherLlmFolder).AbsoluteUri, hash, "2");

        (await tenant.AskAsync("The capital of Austria is", llm: "twice 2")).Text.ShouldBe("Vienna");
        (await RefusedAsync(new Target { Llm = "twice" })).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.InvalidArgument), r => r.Status.Detail.ShouldContain("\"twice 1\", \"twice 2\""));
    }

    [Fact]
    public async Task Should_refuse_an_LLM_whose_files_are_not_those_released()
    {
        await tenant.ReleaseAsync("altered", TrainedWorld.OtherLlmFolder, new string('a', 64));
        await tenant.ReleaseAsync("nowhere", "/no/such/folder", new string('b', 64));

        (await RefusedAsync(new Target { Llm = "altered" })).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.FailedPrecondition), r => r.Status.Detail.ShouldContain("was released with content aaaa"));
        (await RefusedAsync(new Target { Llm = "nowhere" })).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.FailedPrecondition), r => r.Status.Detail.ShouldContain("/no/such/folder"));
    }

    [Fact]
    public async Task Should_say_that_a_memory_has_no_champion_yet()
    {
        await tenant.MemoryAsync();

        (await RefusedAsync(new Target { Llm = ServingPlatform.Llm, Memory = "facts" })).ShouldSatisfyAllConditions(r => r.StatusCode.ShouldBe(StatusCode.FailedPrecondition), r => r.Status.Detail.ShouldContain("no champion"));
        (await RefusedAsync(new Target { Llm = ServingPlatform.Llm, BridgeId = new string('a', 64) })).StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Should_hide_another_tenants_memory_and_bridge()
    {
        var serving = platform.Serving;
        var (owner, other) = (tenant, serving.NewTenant());
        var memory = await owner.MemoryAsync("secrets");
        var bridge = await serving.ServingAsync(owner, memory, serving.World.First);
        var own = await other.MemoryAsync("own");
        await serving.ServingAsync(other, own, serving.World.First);
        Target[] foreign =
        [
            new() { Llm = ServingPlatform.Llm, Memory = memory.ToString() },
            new() { Llm = ServingPlatform.Llm, Memory = "secrets" },
            new() { Llm = ServingPlatform.Llm, Memory = memory.ToString(), BridgeId = bridge },
            // Its own memory does not open another's bridge, and a bridge opens no other memory.
            new() { Llm = ServingPlatform.Llm, Memory = own.ToString(), BridgeId = bridge },
            new() { Llm = ServingPlatform.Llm, Memory = Guid.NewGuid().ToString() },
            new() { Llm = ServingPlatform.Llm, Memory = own.ToString(), BridgeId = new string('a', 64) },
            new() { Llm = ServingPlatform.Llm, Memory = own.ToString(), BridgeId = serving.World.ProbeSetId },
        ];

        foreach (var target in foreign)
        {
            (await Should.ThrowAsync<RpcException>(() => other.PiecesAsync(new GenerateRequest { Target = target, Prompt = "Who" }))).StatusCode.ShouldBe(StatusCode.NotFound);
            (await Should.ThrowAsync<RpcException>(async () => await other.Inference.ExplainAsync(new ExplainRequest { Target = target, Prompt = "Who" }, other.Headers))).StatusCode.ShouldBe(StatusCode.NotFound);
            using var call = other.Inference.Score(other.Headers);
            await call.RequestStream.WriteAsync(new ScoreRequest { Target = target, Protocol = "generate-exact" });
            (await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None))).StatusCode.ShouldBe(StatusCode.NotFound);
        }

        (await ServingPlatform.ServedAsync(other, memory)).ShouldBeNull();
        (await owner.AskAsync("Who", memory)).Bridge.ShouldBe(bridge, "the owner's call must go through, or the test could not fail");
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public async Task Should_ask_every_rpc_for_a_key(string rpc)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{platform.Serving.Addresses.Inference}/mindbridge.inference.v1.Inference/{rpc}")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc") } },
        };
        using var response = await client.SendAsync(request);

        var status = response.Headers.TryGetValues("grpc-status", out var header) ? header.First() : $"HTTP {(int)response.StatusCode}";
        status.ShouldBeOneOf("16", "HTTP 401");
    }

    private async Task<RpcException> RefusedAsync(Target target) => await Should.ThrowAsync<RpcException>(() => tenant.PiecesAsync(new GenerateRequest { Target = target, Prompt = "The capital of Austria is" }));
}
