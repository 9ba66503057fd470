using System.Diagnostics;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Tests.Outbox;

public sealed class When_events_are_announced(Servers servers)
{
    private readonly RecordingBus bus = new();

    [Fact]
    public async Task Should_skip_none_of_20_concurrent_transactions_with_random_delays()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        using var done = new CancellationTokenSource();
        var relays = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) await Relay(service).RelayOnceAsync(CancellationToken.None);
        })).ToList();
        var delays = new Random(7);

        // Ids are taken long before the rows become visible, and commits overtake one another.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => (writer, delay: delays.Next(1, 60))).Select(async w =>
        {
            for (var i = 0; i < 5; i++) await service.WriteAsync((w.writer * 5) + i, () => Task.Delay(w.delay));
        }));

        await Eventually.HoldsAsync(async () =>
        {
            bus.Confirmed.Count.ShouldBe(100);
            (await WaitingAsync(service)).ShouldBe(0);
        });
        await done.CancelAsync();
        await Task.WhenAll(relays);
        bus.Confirmed.Select(m => ((NoteWritten)m.Event).Number).Order().ShouldBe(Enumerable.Range(0, 100));
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_announce_nothing_of_a_transaction_that_was_rolled_back(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await Should.ThrowAsync<InvalidOperationException>(() => service.WriteAsync(1, () => throw new InvalidOperationException("the business change failed")));
        await service.WriteAsync(2);

        await Relay(service).RelayOnceAsync(CancellationToken.None);

        bus.Confirmed.Select(m => m.Event).ShouldBe([new NoteWritten(2)]);
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_keep_the_rows_while_the_broker_is_down(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await service.WriteAsync(1);
        bus.Down = true;

        await Should.ThrowAsync<IOException>(() => Relay(service).RelayOnceAsync(CancellationToken.None));
        (await WaitingAsync(service)).ShouldBe(1);
        bus.Down = false;
        (await Relay(service).RelayOnceAsync(CancellationToken.None)).ShouldBe(1);

        bus.Confirmed.ShouldHaveSingleItem();
        (await WaitingAsync(service)).ShouldBe(0);
    }

    [Fact]
    public async Task Should_pass_over_rows_that_another_relay_holds()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        await service.WriteAsync(1);
        await using var other = await service.Contexts.CreateDbContextAsync();
        await using var transaction = await other.Database.BeginTransactionAsync();
        (await other.Database.ExecuteSqlRawAsync("UPDATE outbox SET body = body")).ShouldBe(1);

        (await Relay(service).RelayOnceAsync(CancellationToken.None)).ShouldBe(0);
        await transaction.RollbackAsync();
        (await Relay(service).RelayOnceAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_park_what_it_cannot_read_and_announce_the_neighbours()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        await service.WriteAsync(1);
        await using var db = await service.Contexts.CreateDbContextAsync();
        await db.Database.ExecuteSqlRawAsync("UPDATE outbox SET event_type = 'MindBridge.Contracts.Gone, MindBridge.Contracts'");
        await service.WriteAsync(2);

        await Relay(service).RelayOnceAsync(CancellationToken.None);

        bus.Confirmed.Select(m => m.Event).ShouldBe([new NoteWritten(2)]);
        (await db.Outbox.SingleAsync()).ParkedReason.ShouldNotBeNull().ShouldContain("MindBridge.Contracts.Gone");
        (await Relay(service).RelayOnceAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Should_wake_at_once_when_a_transaction_commits()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        var database = service.Services.GetRequiredService<Database<NotesContext>>();
        await using var wake = new OutboxWake(database.Postgres, database.Schema, TimeSpan.FromMinutes(5), TimeProvider.System);
        await wake.ListenAsync(CancellationToken.None);
        var woken = wake.WaitAsync(CancellationToken.None);

        await service.WriteAsync(1);

        await woken.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Should_go_on_with_the_trace_in_which_the_event_happened()
    {
        await using var service = await ServiceAsync(DatabaseKind.Sqlite);
        using (var submitted = new Activity("submit an edit").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            submitted.TraceStateString = "vendor=7";
            await service.WriteAsync(1);
            await Relay(service).RelayOnceAsync(CancellationToken.None);
            var trace = bus.Confirmed.Single().Trace;
            trace.Parent.ShouldNotBeNull().ShouldContain(submitted.TraceId.ToString());
            trace.Parent.ShouldNotContain(submitted.SpanId.ToString());
            trace.State.ShouldBe("vendor=7");
        }
    }

    private static OutboxRelay<NotesContext> Relay(Service service) => service.Services.GetRequiredService<OutboxRelay<NotesContext>>();

    private static async Task<int> WaitingAsync(Service service)
    {
        await using var db = await service.Contexts.CreateDbContextAsync();
        return await db.Outbox.CountAsync();
    }

    private Task<Service> ServiceAsync(DatabaseKind kind) => Service.OnAsync(kind, servers, services => services.AddSingleton<IEventBus>(bus));
}
