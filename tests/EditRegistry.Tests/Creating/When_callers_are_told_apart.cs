using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Creating;

public sealed class When_callers_are_told_apart(Registry registry)
{
    public static TheoryData<string, string> Calls => new()
    {
        { "GET", "/v1/memories/{memory}" },
        { "POST", "/v1/memories/{memory}/edits" },
        { "POST", "/v1/memories/{memory}/imports" },
        { "GET", "/v1/memories/{memory}/edits" },
        { "GET", "/v1/memories/{memory}/edits/{edit}" },
        { "GET", "/v1/memories/{memory}/facts/{fact}" },
        { "PUT", "/v1/memories/{memory}/edits/{edit}/object" },
        { "DELETE", "/v1/memories/{memory}/edits/{edit}" },
        { "POST", "/v1/memories/{memory}/commits" },
        { "GET", "/v1/memories/{memory}/commits" },
    };

    public static TheoryData<string> Rpcs => [.. Wire.EditRegistry.Descriptor.Methods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Should_hide_a_memory_from_every_other_tenant(string method, string path)
    {
        var (owner, other) = (registry.NewTenant(), registry.NewTenant());
        var memory = await owner.MemoryAsync();
        await owner.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"));
        var edit = (await owner.EditsAsync(memory)).Single();
        var target = path.Replace("{memory}", memory).Replace("{edit}", (string)edit["id"]!).Replace("{fact}", (string)edit["factId"]!);

        (await SendAsync(other, method, target)).ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(registry.Nobody(), method, target)).ShouldBe(HttpStatusCode.Unauthorized);

        ((int)await SendAsync(owner, method, target)).ShouldBeLessThan(300, "the owner's call must go through, or the test could not fail");
    }

    [Fact]
    public async Task Should_let_two_tenants_use_one_name()
    {
        var (one, two) = (registry.NewTenant(), registry.NewTenant());

        (await one.MemoryAsync("facts")).ShouldNotBe(await two.MemoryAsync("facts"));
        (await one.SendAsync(HttpMethod.Get, "/v1/memories")).AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public async Task Should_ask_every_rpc_for_a_key(string rpc)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{registry.Main.Grpc}/mindbridge.editregistry.v1.EditRegistry/{rpc}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };

        using var response = await client.SendAsync(request);

        response.Headers.GetValues("grpc-status").ShouldBe([((int)StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task Should_refuse_a_key_that_is_not_known()
    {
        var stranger = new RegistryClient(registry.Main, Platform.Security.ApiKey.Create(), "");

        await stranger.SendAsync(HttpMethod.Get, "/v1/memories", expected: HttpStatusCode.Unauthorized);
        (await Should.ThrowAsync<RpcException>(async () => await stranger.Grpc.ListMemoriesAsync(new Wire.ListMemoriesRequest(), stranger.Headers))).StatusCode.ShouldBe(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task Should_hide_memories_over_grpc_too()
    {
        var (owner, other) = (registry.NewTenant(), registry.NewTenant());
        var memory = await owner.MemoryAsync();

        var error = await Should.ThrowAsync<RpcException>(async () => await other.Grpc.GetMemoryAsync(new Wire.GetMemoryRequest { Memory = memory }, other.Headers));

        error.StatusCode.ShouldBe(StatusCode.NotFound);
        error.Status.Detail.ShouldContain(memory);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Should_answer_health_without_a_key(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(registry.Main.Rest) };
        (await client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Should_describe_every_call_in_the_openapi_document()
    {
        var document = await registry.Nobody().SendAsync(HttpMethod.Get, "/openapi/v1.json");

        var paths = document["paths"]!.AsObject().Select(p => p.Key).ToList();
        foreach (var path in (string[])["/v1/memories", "/v1/memories/{memory}/edits", "/v1/memories/{memory}/imports", "/v1/memories/{memory}/commits", "/v1/llms"]) paths.ShouldContain(path);
    }

    private static async Task<HttpStatusCode> SendAsync(RegistryClient caller, string method, string path)
    {
        HttpContent? body = (method, path[(path.LastIndexOf('/') + 1)..]) switch
        {
            ("POST", "edits") => Json("""{"edits":[{"subject":"a","object":"b","prompt":"a is"}]}"""),
            ("POST", "imports") => new StringContent("""{"subject":"a","object":"b","prompt":"a is"}"""),
            ("PUT", _) => Json("""{"object":"Paris"}"""),
            _ => null,
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        using var response = await caller.Http.SendAsync(request);
        return response.StatusCode;
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");
}
