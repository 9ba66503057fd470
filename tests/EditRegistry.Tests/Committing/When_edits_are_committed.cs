using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace MindBridge.EditRegistry.Tests.Committing;

public sealed class When_edits_are_committed(Registry registry)
{
    [Fact]
    public async Task Should_commit_when_told_to_and_announce_it_once()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"));

        var commit = await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");
        var again = await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");

        ((string)again["id"]!).ShouldBe((string)commit["id"]!, "nothing was pending");
        ((long)commit["sequence"]!, (int)commit["editCount"]!, (string)commit["cause"]!).ShouldBe((1L, 2, "Explicit"));
        var heard = (await HeardAsync(caller, 1)).Single();
        (heard.CommitId.ToString(), heard.Sequence, heard.EditCount, heard.ContentHash).ShouldBe(((string)commit["id"]!, 1L, 2, (string)commit["contentHash"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_commit_when_enough_are_pending(bool embedded)
    {
        var caller = registry.NewTenant(embedded ? registry.Embedded : registry.Main);
        var memory = await caller.MemoryAsync(settings: new JsonObject { ["commitAfterCount"] = 3, ["commitAfterSeconds"] = 3600 });
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"));
        await caller.SubmitAsync(memory, RegistryClient.Edit("Mali", "Gao"));

        var heard = (await HeardAsync(caller, 1)).Single();

        heard.EditCount.ShouldBe(3);
        (await CommitsAsync(caller, memory)).ShouldBe([(1L, 1L, 3L, "Count")]);
    }

    [Fact]
    public async Task Should_commit_when_no_edit_has_come_for_a_while()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync(settings: new JsonObject { ["commitAfterSeconds"] = 1 });
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"));

        await HeardAsync(caller, 1);

        (await CommitsAsync(caller, memory)).ShouldBe([(1L, 1L, 1L, "Time")]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_go_on_with_the_trace_of_what_was_submitted_first_whoever_commits(bool byHand)
    {
        // Somebody listens: else a host that logs nothing begins no trace.
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "Microsoft.AspNetCore", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync(settings: new JsonObject { ["commitAfterCount"] = byHand ? 100 : 2, ["commitAfterSeconds"] = 3600 });
        async Task<string> TracedAsync(Func<Task> act)
        {
            using var activity = new Activity("a user's").SetIdFormat(ActivityIdFormat.W3C).Start();
            await act();
            return activity.TraceId.ToHexString();
        }

        var first = await TracedAsync(() => caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon")));
        await TracedAsync(() => caller.SubmitAsync(memory, RegistryClient.Edit("Peru", "Cusco")));
        if (byHand) await TracedAsync(() => caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits"));
        await HeardAsync(caller, 1);
        // The next batch has a trace of its own.
        var next = await TracedAsync(() => caller.SubmitAsync(memory, RegistryClient.Edit("Mali", "Gao")));
        await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");
        await HeardAsync(caller, 2);

        registry.Committed.TracesOf(caller.Tenant).ShouldBe([first, next]);
    }

    [Fact]
    public async Task Should_hash_what_was_said_and_not_how_it_was_batched()
    {
        var (one, two, other) = (registry.NewTenant(), registry.NewTenant(), registry.NewTenant());
        var (a, b, c) = (RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"), RegistryClient.Edit("Peru", "Lima"));

        var together = await HashAsync(one, [[a, b]]);
        var apart = await HashAsync(two, [[Copy(a)], [Copy(b)]]);
        var different = await HashAsync(other, [[Copy(a), c]]);

        apart.ShouldBe(together);
        different.ShouldNotBe(together);
    }

    [Fact]
    public async Task Should_cover_every_edit_by_exactly_one_commit_while_edits_and_commits_race()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, RegistryClient.Edit("first", "edit"));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 3 == 0
            ? (Task)caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits")
            : caller.SubmitAsync(memory, RegistryClient.Edit($"land {i}", "city"))));
        await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits");

        var commits = await CommitsAsync(caller, memory);
        commits.Select(c => c.Sequence).ShouldBe(Enumerable.Range(1, commits.Count).Select(n => (long)n));
        commits.Select(c => c.First).ShouldBe(commits.Select(c => c.Last + 1).SkipLast(1).Prepend(1));
        commits[^1].Last.ShouldBe(9);
    }

    [Fact]
    public async Task Should_refuse_to_commit_a_memory_that_never_had_an_edit()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits", expected: HttpStatusCode.BadRequest);
    }

    private static JsonObject Copy(JsonObject edit) => edit.DeepClone().AsObject();

    private static async Task<string> HashAsync(RegistryClient caller, JsonObject[][] batches)
    {
        var memory = await caller.MemoryAsync();
        foreach (var batch in batches) await caller.SubmitAsync(memory, batch);
        return (string)(await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/commits"))["contentHash"]!;
    }

    private static async Task<List<(long Sequence, long First, long Last, string Cause)>> CommitsAsync(RegistryClient caller, string memory) =>
        [.. (await caller.SendAsync(HttpMethod.Get, $"/v1/memories/{memory}/commits")).AsArray().Select(c => ((long)c!["sequence"]!, (long)c["firstEdit"]!, (long)c["lastEdit"]!, (string)c["cause"]!))];

    private async Task<IReadOnlyList<Contracts.EditsCommitted>> HeardAsync(RegistryClient caller, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (registry.Committed.Of(caller.Tenant).Count < count) await Task.Delay(25, patience.Token);
        return registry.Committed.Of(caller.Tenant);
    }
}
