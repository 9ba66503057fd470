using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Streaming;

public sealed class When_edits_are_streamed(Registry registry)
{
    private const int Many = 12_000;

    [Fact]
    public async Task Should_lose_none_keep_the_order_and_change_nothing_when_streamed_again()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        var edits = Enumerable.Range(0, Many).Select(i => Edit(i)).ToList();

        var first = await StreamAsync(caller, memory, edits);
        var again = await StreamAsync(caller, memory, edits);

        (first.Sum(a => a.Accepted), first.Sum(a => a.Repeated), first[^1].ThroughRow).ShouldBe((Many, 0, Many));
        (again.Sum(a => a.Accepted), again.Sum(a => a.Repeated)).ShouldBe((0, Many));
        first.Select(a => a.ThroughRow).ShouldBeInOrder();
        using var call = caller.Grpc.ReadEdits(new Wire.ReadEditsRequest { Memory = memory }, caller.Headers);
        var read = new List<string>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) read.Add(call.ResponseStream.Current.Edit.ClientKey);
        read.ShouldBe(edits.Select(e => e.ClientKey));
    }

    [Fact]
    public async Task Should_report_a_bad_row_and_keep_its_neighbours()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        var (bad, worse) = (Edit(1), Edit(2));
        bad.Object = " ";
        worse.ValidFrom = "yesterday";

        var acknowledged = await StreamAsync(caller, memory, [Edit(0), bad, worse, Edit(3)]);

        acknowledged.Sum(a => a.Accepted).ShouldBe(2);
        acknowledged.SelectMany(a => a.Problems).Select(p => (p.Row, p.Field)).ShouldBe([(2L, "object"), (3L, "valid_from")]);
    }

    [Fact]
    public async Task Should_number_the_rows_of_messages_with_many_edits_in_order()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        var bad = Edit(3);
        bad.Prompt = "";
        using var call = caller.Grpc.StreamEdits(caller.Headers);

        await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = memory, Edits = { Edit(0), Edit(1) } });
        await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Edit = Edit(2), Edits = { bad, Edit(4) } });
        await call.RequestStream.CompleteAsync();
        var acknowledged = new List<Wire.Acknowledgement>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) acknowledged.Add(call.ResponseStream.Current);

        acknowledged.Sum(a => a.Accepted).ShouldBe(4);
        acknowledged[^1].ThroughRow.ShouldBe(5);
        acknowledged.SelectMany(a => a.Problems).Select(p => (p.Row, p.Field)).ShouldBe([(4L, "prompt")]);
        (await caller.EditsAsync(memory)).Select(e => (string?)e["subject"]).ShouldBe(["land 0", "land 1", "land 2", "land 4"]);
    }

    [Fact]
    public async Task Should_acknowledge_while_the_stream_is_still_open()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        using var call = caller.Grpc.StreamEdits(caller.Headers);

        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = memory, Edit = Edit(i) });
            (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
            call.ResponseStream.Current.ThroughRow.ShouldBe(i + 1);
        }

        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Should_keep_what_was_acknowledged_when_the_caller_goes_away()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        using (var call = caller.Grpc.StreamEdits(caller.Headers))
        {
            await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = memory, Edit = Edit(0) });
            await call.ResponseStream.MoveNext(CancellationToken.None);
        }

        (await caller.EditsAsync(memory)).Count.ShouldBe(1);
        (await StreamAsync(caller, memory, [Edit(0), Edit(1)])).Sum(a => a.Accepted).ShouldBe(1);
    }

    [Fact]
    public async Task Should_tell_a_watcher_every_commit_once_and_in_order()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await CommitAsync(1);
        using var call = caller.Grpc.WatchMemory(new Wire.WatchMemoryRequest { Memory = memory }, caller.Headers, cancellationToken: limit.Token);
        (await NextCommitAsync()).ShouldBe(1);
        await CommitAsync(2);
        (await NextCommitAsync()).ShouldBe(2);
        await CommitAsync(3);

        // Another watcher goes on where the first one was.
        using var later = caller.Grpc.WatchMemory(new Wire.WatchMemoryRequest { Memory = memory, AfterCommitSequence = 2 }, caller.Headers, cancellationToken: limit.Token);
        await later.ResponseStream.MoveNext(limit.Token);
        later.ResponseStream.Current.Committed.Sequence.ShouldBe(3);

        async Task CommitAsync(int number)
        {
            await caller.SubmitAsync(memory, RegistryClient.Edit($"land {number}", "city"));
            await caller.Grpc.CommitNowAsync(new Wire.CommitNowRequest { Memory = memory }, caller.Headers);
        }

        async Task<long> NextCommitAsync()
        {
            while (await call.ResponseStream.MoveNext(limit.Token))
                if (call.ResponseStream.Current.WhatCase is Wire.MemoryEvent.WhatOneofCase.Committed) return call.ResponseStream.Current.Committed.Sequence;
            return 0;
        }
    }

    private static Wire.Edit Edit(int i) => new() { ClientKey = $"key {i}", Subject = $"land {i}", Relation = "capital", Object = $"city {i}", Prompt = $"The capital of land {i} is" };

    private static async Task<List<Wire.Acknowledgement>> StreamAsync(RegistryClient caller, string memory, IEnumerable<Wire.Edit> edits)
    {
        using var call = caller.Grpc.StreamEdits(caller.Headers);
        var acknowledged = new List<Wire.Acknowledgement>();
        var reading = Task.Run(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) acknowledged.Add(call.ResponseStream.Current);
        });
        foreach (var edit in edits) await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = memory, Edit = edit });
        await call.RequestStream.CompleteAsync();
        await reading;
        return acknowledged;
    }
}
