using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Reading;

public sealed class When_a_fact_changes(Registry registry)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_keep_who_said_what_and_why(bool embedded)
    {
        var caller = registry.NewTenant(embedded ? registry.Embedded : registry.Main);
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"));
        var first = (await caller.EditsAsync(memory, "?text=france")).Single();
        await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");

        var second = await caller.SendAsync(HttpMethod.Put, $"/v1/memories/{memory}/edits/{first["id"]}/object", new JsonObject { ["object"] = "Nice", ["reason"] = "moved" });
        var retracted = await caller.SendAsync(HttpMethod.Delete, $"/v1/memories/{memory}/edits/{second["id"]}?reason=never+mind");

        var history = (await caller.SendAsync(HttpMethod.Get, $"/v1/memories/{memory}/facts/{first["factId"]}")).AsArray();
        history.Select(e => ((string)e!["object"]!, (string)e["state"]!, (bool)e["retraction"]!)).ShouldBe([("Lyon", "Superseded", false), ("Nice", "Retracted", false), ("Nice", "Retracted", true)]);
        ((string)history[1]!["oldObject"]!, (string)history[1]!["reason"]!).ShouldBe(("Lyon", "moved"));
        ((string)history[0]!["author"]!).ShouldBe(caller.Tenant.Replace("tenant", "caller"));
        (await caller.EditsAsync(memory)).Select(e => (string)e["object"]!).ShouldBe(["Cusco"]);
        // The same calls again change nothing.
        (await caller.SendAsync(HttpMethod.Delete, $"/v1/memories/{memory}/edits/{second["id"]}"))["id"]!.ToString().ShouldBe(retracted["id"]!.ToString());
        // The history cannot be revised in its middle.
        var refused = await caller.SendAsync(HttpMethod.Delete, $"/v1/memories/{memory}/edits/{first["id"]}", expected: HttpStatusCode.BadRequest);
        ((string)refused["detail"]!).ShouldContain("does not stand");
    }

    [Fact]
    public async Task Should_read_a_memory_as_it_stood_at_a_commit()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"));
        await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Nice"), RegistryClient.Edit("Mali", "Gao"));

        (await StandingAsync(caller, memory, 1)).ShouldBe([("Lyon", Wire.EditState.Committed), ("Cusco", Wire.EditState.Committed)]);
        (await StandingAsync(caller, memory, 0)).ShouldBe([("Cusco", Wire.EditState.Committed), ("Nice", Wire.EditState.Pending), ("Gao", Wire.EditState.Pending)]);
        (await Should.ThrowAsync<RpcException>(() => StandingAsync(caller, memory, 9))).StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task Should_search_page_by_page()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, [.. Enumerable.Range(0, 25).Select(i => RegistryClient.Edit($"land {i}", i % 5 == 0 ? "Ürümqi" : "Bern"))]);

        var (seen, after) = (new List<string>(), 0L);
        do
        {
            var page = await caller.SendAsync(HttpMethod.Get, $"/v1/memories/{memory}/edits?text=bern&limit=7&after={after}");
            seen.AddRange(page["edits"]!.AsArray().Select(e => (string)e!["subject"]!));
            after = (long)page["next"]!;
        }
        while (after > 0);

        seen.ShouldBe(Enumerable.Range(0, 25).Where(i => i % 5 != 0).Select(i => $"land {i}"));
    }

    private static async Task<List<(string Object, Wire.EditState State)>> StandingAsync(RegistryClient caller, string memory, long commit)
    {
        using var call = caller.Grpc.ReadEdits(new Wire.ReadEditsRequest { Memory = memory, CommitSequence = commit }, caller.Headers);
        var edits = new List<(string, Wire.EditState)>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) edits.Add((call.ResponseStream.Current.Edit.Object, call.ResponseStream.Current.State));
        return edits;
    }
}
