using MassTransit;
using MindBridge.Contracts;
using MindBridge.LocalServers;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Tests.Messaging;

public sealed class When_events_travel_through_RabbitMQ(Servers servers)
{
    private readonly string name = $"travel_{Guid.NewGuid():N}";

    [Fact]
    public async Task Should_lose_nothing_while_the_broker_is_down()
    {
        // A broker of its own: the neighbours' should stay up.
        var folder = Directory.CreateTempSubdirectory("mindbridge-broker-").FullName;
        await using (var broker = await LocalRabbitMq.StartAsync(folder))
        {
            await using var service = await Service.RunAsync(servers, name, Subscribed, broker);
            await service.WriteAsync(0);
            await Eventually.HoldsAsync(async () => (await service.NotesAsync()).ShouldContain("handled 0"));

            await broker.KillAsync();
            for (var i = 1; i <= 10; i++) await service.WriteAsync(i);
            await broker.RestartAsync();

            await Eventually.HoldsAsync(async () => Handled(await service.NotesAsync()).ShouldBe(Enumerable.Range(0, 11)), seconds: 120);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Should_act_once_on_what_is_delivered_three_times_and_out_of_order()
    {
        await using var service = await Service.RunAsync(servers, name, Subscribed);
        var bus = service.Services.GetRequiredService<IEventBus>();
        var deliveries = Enumerable.Range(0, 20).SelectMany(n => Enumerable.Repeat(n, 3)).ToArray();
        new Random(3).Shuffle(deliveries);

        await Task.WhenAll(deliveries.Select(n => bus.PublishAsync(Guid.NewGuid(), new NoteWritten(n), default, CancellationToken.None)));
        await bus.PublishAsync(Guid.NewGuid(), new NoteWritten(99), default, CancellationToken.None);

        await Eventually.HoldsAsync(async () => Handled(await service.NotesAsync()).ShouldBe(Enumerable.Range(0, 20).Append(99)));
    }

    [Fact]
    public async Task Should_keep_events_for_a_consumer_that_has_never_run()
    {
        // The publisher runs alone, and is gone before the consumer starts.
        await using (var publisher = await Service.RunAsync(servers, name, Routed))
        {
            await publisher.Services.GetRequiredService<IEventBus>().PublishAsync(Guid.NewGuid(), new NoteWritten(5), default, CancellationToken.None);
        }

        await using var consumer = await Service.RunAsync(servers, $"{name}_late", Subscribed);

        await Eventually.HoldsAsync(async () => Handled(await consumer.NotesAsync()).ShouldBe([5]));
    }

    [Fact]
    public async Task Should_keep_a_poison_event_with_its_reason_until_it_is_replayed()
    {
        var poison = new Poison();
        await using var service = await Service.RunAsync(servers, name, services =>
        {
            Subscribed(services);
            services.AddSingleton(poison);
        });
        poison.Numbers.Add(1);
        foreach (var n in (int[])[0, 1, 2]) await service.WriteAsync(n);
        var letters = service.Services.GetRequiredService<DeadLetters<NotesContext>>();

        await Eventually.HoldsAsync(async () =>
        {
            Handled(await service.NotesAsync()).ShouldBe([0, 2]);
            (await letters.ListAsync()).ShouldHaveSingleItem();
        });
        var letter = (await letters.ListAsync()).Single();
        letter.Reason.ShouldBe("note 1 is poison");
        letter.Attempts.ShouldBe(3);
        await Should.ThrowAsync<InvalidDataException>(() => letters.ReplayAsync(letter.Id));
        (await letters.ListAsync()).ShouldHaveSingleItem();

        poison.Numbers.Clear();
        await letters.ReplayAsync(letter.Id);

        Handled(await service.NotesAsync()).ShouldBe([0, 1, 2]);
        (await letters.ListAsync()).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentException>(() => letters.ReplayAsync(letter.Id));
    }

    [Fact]
    public async Task Should_carry_the_trace_to_the_handler()
    {
        await using var service = await Service.RunAsync(servers, name, Subscribed);
        await service.Services.GetRequiredService<IEventBus>().PublishAsync(Guid.NewGuid(), new NoteWritten(1), new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null), CancellationToken.None);

        await Eventually.HoldsAsync(async () => (await service.NotesAsync()).ShouldContain("trace 0af7651916cd43dd8448eb211c80319c"));
    }

    [Fact]
    public void Should_refuse_an_address_that_is_none() =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddEventBus(new BusSettings { RabbitMq = "localhost:5672" })).Message.ShouldContain("Bus:RabbitMq");

    private static IEnumerable<int> Handled(IEnumerable<string> notes) => notes.Where(n => n.StartsWith("handled ", StringComparison.Ordinal)).Select(n => int.Parse(n["handled ".Length..])).Order();

    private void Routed(IServiceCollection services) => services.AddSingleton(new EventRoute(typeof(NoteWritten), name)).AddSingleton(new Poison());

    private void Subscribed(IServiceCollection services)
    {
        Routed(services);
        services.Subscribe<NoteWritten, WriteDown, NotesContext>(name);
    }

    internal sealed class Poison
    {
        public HashSet<int> Numbers { get; } = [];
    }

    internal sealed class WriteDown(NotesContext db, Poison poison) : IHandle<NoteWritten>
    {
        public Task HandleAsync(NoteWritten happened, CancellationToken cancellationToken)
        {
            db.Notes.Add(new Note { Text = $"handled {happened.Number}" });
            db.Notes.Add(new Note { Text = $"trace {System.Diagnostics.Activity.Current?.TraceId}" });
            return poison.Numbers.Contains(happened.Number) ? throw new InvalidDataException($"note {happened.Number} is poison") : Task.CompletedTask;
        }
    }
}
