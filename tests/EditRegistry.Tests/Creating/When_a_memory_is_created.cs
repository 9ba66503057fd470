using System.Net;
using System.Text.Json.Nodes;

namespace MindBridge.EditRegistry.Tests.Creating;

public sealed class When_a_memory_is_created(Registry registry)
{
    [Fact]
    public async Task Should_return_the_one_that_is_there_when_asked_again()
    {
        var caller = registry.NewTenant();
        var first = await caller.MemoryAsync("facts");

        (await caller.MemoryAsync("facts")).ShouldBe(first);
        var found = await caller.SendAsync(HttpMethod.Get, "/v1/memories/facts");
        ((string)found["id"]!).ShouldBe(first);
        ((int)found["settings"]!["commitAfterSeconds"]!).ShouldBe(3600);
    }

    [Fact]
    public async Task Should_create_one_when_many_ask_at_once()
    {
        var caller = registry.NewTenant();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => caller.MemoryAsync("facts")));

        ids.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"two words"}""", "name")]
    [InlineData("""{"name":"f","settings":{"shardCapacity":0}}""", "shardCapacity")]
    [InlineData("""{"name":"f","settings":{"commitAfterSeconds":-1}}""", "commitAfterSeconds")]
    [InlineData("""{"name":"f","settings":{"leastRel":101}}""", "leastRel")]
    [InlineData("""{"name":"taken","settings":{"leastRel":1}}""", "other settings")]
    public async Task Should_say_what_is_wrong(string body, string named)
    {
        var caller = registry.NewTenant();
        await caller.MemoryAsync("taken");

        var problem = await caller.SendAsync(HttpMethod.Post, "/v1/memories", JsonNode.Parse(body), HttpStatusCode.BadRequest);

        ((string)problem["detail"]!).ShouldContain(named);
    }
}
