using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Releasing;

public sealed class When_an_LLM_is_released(Registry registry)
{
    private readonly string name = $"llm-{Guid.NewGuid():N}";

    [Fact]
    public async Task Should_enter_the_catalogue_once_and_leave_it_when_retired()
    {
        var caller = registry.NewTenant(asOperator: true);

        var first = await caller.SendAsync(HttpMethod.Post, "/v1/llms", Llm('a'));
        var again = await caller.SendAsync(HttpMethod.Post, "/v1/llms", Llm('a'));
        ((string)again["id"]!).ShouldBe((string)first["id"]!);
        (await NamesAsync(caller, "")).ShouldContain(name);

        await caller.SendAsync(HttpMethod.Delete, $"/v1/llms/{first["id"]}");

        (await NamesAsync(caller, "")).ShouldNotContain(name);
        (await NamesAsync(caller, "?retired=true")).ShouldContain(name);
    }

    [Fact]
    public async Task Should_refuse_other_content_under_a_released_version()
    {
        var caller = registry.NewTenant(asOperator: true);
        await caller.SendAsync(HttpMethod.Post, "/v1/llms", Llm('a'));

        var refused = await caller.SendAsync(HttpMethod.Post, "/v1/llms", Llm('b'), HttpStatusCode.BadRequest);

        ((string)refused["detail"]!).ShouldContain("new version");
    }

    [Fact]
    public async Task Should_be_an_operators_to_do()
    {
        var caller = registry.NewTenant();

        await caller.SendAsync(HttpMethod.Post, "/v1/llms", Llm('a'), HttpStatusCode.Forbidden);
        await caller.SendAsync(HttpMethod.Delete, $"/v1/llms/{Guid.NewGuid()}", expected: HttpStatusCode.Forbidden);
        (await Should.ThrowAsync<RpcException>(async () => await caller.Grpc.ReleaseLlmAsync(new Wire.ReleaseLlmRequest { Name = name }, caller.Headers))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        (await Should.ThrowAsync<RpcException>(async () => await caller.Grpc.RetireLlmAsync(new Wire.RetireLlmRequest { Id = name }, caller.Headers))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        await NamesAsync(caller, "");
    }

    [Theory]
    [InlineData("contentHash")]
    [InlineData("name")]
    [InlineData("uri")]
    public async Task Should_name_the_field_that_is_missing(string field)
    {
        var llm = Llm('a');
        llm.Remove(field);

        var refused = await registry.NewTenant(asOperator: true).SendAsync(HttpMethod.Post, "/v1/llms", llm, HttpStatusCode.BadRequest);

        ((string)refused["detail"]!).ShouldStartWith(field);
    }

    private static async Task<List<string>> NamesAsync(RegistryClient caller, string query) =>
        [.. (await caller.SendAsync(HttpMethod.Get, $"/v1/llms{query}")).AsArray().Select(llm => (string)llm!["name"]!)];

    private JsonObject Llm(char content) => new() { ["name"] = name, ["version"] = "1", ["family"] = "llama", ["uri"] = "file:///models/one", ["contentHash"] = new string(content, 64) };
}
