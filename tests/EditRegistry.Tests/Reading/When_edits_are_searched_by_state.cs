using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Reading;

public sealed class When_edits_are_searched_by_state(Registry registry)
{
    [Fact]
    public async Task Should_find_each_entry_under_the_state_that_it_shows()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Spain", "Seville"), RegistryClient.Edit("Italy", "Milan"), RegistryClient.Edit("Peru", "Cusco"));
        await caller.Grpc.CommitNowAsync(new Wire.CommitNowRequest { Memory = memory }, caller.Headers);
        await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Nice"));
        var spain = (await FindAsync(caller, memory, new Wire.SearchEditsRequest { Text = "Spain" })).Single();
        await caller.Grpc.RetractEditAsync(new Wire.RetractEditRequest { Memory = memory, EditId = spain.Id }, caller.Headers);

        var all = await FindAsync(caller, memory, new Wire.SearchEditsRequest { History = true });

        all.Count.ShouldBe(6);
        foreach (var state in Enum.GetValues<Wire.EditState>())
        {
            var found = await FindAsync(caller, memory, new Wire.SearchEditsRequest { States = { state } });
            found.Select(e => e.Id).ShouldBe(all.Where(e => e.State == state).Select(e => e.Id), state.ToString());
            found.ShouldNotBeEmpty(state.ToString());
        }

        (await FindAsync(caller, memory, new Wire.SearchEditsRequest { States = { Wire.EditState.Pending, Wire.EditState.Committed }, Text = "the capital of" })).Select(e => e.Edit.Object).ShouldBe(["Milan", "Cusco", "Nice"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_turn_pages_in_both_directions_without_a_gap(bool newestFirst)
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.SubmitAsync(memory, [.. Enumerable.Range(0, 25).Select(i => RegistryClient.Edit($"country {i}", "a city"))]);

        var (seen, after) = (new List<long>(), 0L);
        do
        {
            var page = await caller.Grpc.SearchEditsAsync(new Wire.SearchEditsRequest { Memory = memory, Limit = 10, AfterSequence = after, NewestFirst = newestFirst }, caller.Headers);
            seen.AddRange(page.Edits.Select(e => e.Sequence));
            after = page.Next;
        }
        while (after != 0);

        seen.ShouldBe(newestFirst ? Enumerable.Range(1, 25).Reverse().Select(i => (long)i) : Enumerable.Range(1, 25).Select(i => (long)i));
    }

    private static async Task<IReadOnlyList<Wire.RecordedEdit>> FindAsync(RegistryClient caller, string memory, Wire.SearchEditsRequest request)
    {
        request.Memory = memory;
        return (await caller.Grpc.SearchEditsAsync(request, caller.Headers)).Edits;
    }
}
