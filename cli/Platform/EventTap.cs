using MindBridge.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MindBridge.Cli.Platform;

/// <summary>Listens to every event that has a queue, and can have all of them delivered again.</summary>
internal sealed class EventTap(string rabbitMq)
{
    private readonly List<(string Queue, BasicProperties Properties, byte[] Body)> heard = [];

    /// <summary>Begins to listen; what is published from now on is kept.</summary>
    public Task ListenAsync(CancellationToken cancellationToken) => WithChannelAsync(
        async channel =>
        {
            foreach (var route in EventRoute.All)
            {
                // MassTransit's names.
                var exchange = $"{route.Event.Namespace}:{route.Event.Name}";
                await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
                await channel.QueueDeclareAsync(Tap(route), durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
                await channel.QueueBindAsync(Tap(route), exchange, "", cancellationToken: cancellationToken);
            }

            return 0;
        },
        cancellationToken);

    /// <summary>Puts every event that was heard into its queue again, in an order drawn at random.</summary>
    /// <returns>How many there were; 0 where the broker is away.</returns>
    public async Task<int> RepeatAsync(int times, Random random, CancellationToken cancellationToken)
    {
        try
        {
            return await WithChannelAsync(
                async channel =>
                {
                    foreach (var route in EventRoute.All)
                        while (await channel.BasicGetAsync(Tap(route), autoAck: true, cancellationToken) is { } message) heard.Add((route.Queue, new BasicProperties(message.BasicProperties), message.Body.ToArray()));
                    var again = Enumerable.Repeat(heard, times).SelectMany(all => all).ToArray();
                    random.Shuffle(again);
                    foreach (var (queue, properties, body) in again) await channel.BasicPublishAsync("", queue, mandatory: false, properties, body, cancellationToken);
                    return heard.Count;
                },
                cancellationToken);
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException)
        {
            return 0;
        }
    }

    /// <summary>Removes the queues in which events wait for services.</summary>
    public async Task ForgetQueuesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WithChannelAsync(
                async channel =>
                {
                    foreach (var route in EventRoute.All) await channel.QueueDeleteAsync(route.Queue, cancellationToken: cancellationToken);
                    return 0;
                },
                cancellationToken);
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException)
        {
            // The broker is coming up; the queues stay, this time.
        }
    }

    private static string Tap(EventRoute route) => $"chaos.{route.Queue}";

    private async Task<T> WithChannelAsync<T>(Func<IChannel, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbitMq) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        return await work(channel);
    }
}
