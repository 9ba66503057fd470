using MassTransit;
using MindBridge.Contracts;

namespace MindBridge.Platform.Messaging;

/// <summary>
/// Queues that outlive their broker's restart: durable, of the quorum kind. Publisher and consumer declare the same queue with the same arguments,
/// whichever runs first.
/// </summary>
internal static class RabbitMqQueues
{
    private const string QueueType = "x-queue-type";
    private const string Quorum = "quorum";

    /// <summary>Has the bus declare every route when it connects, and again after each reconnection.</summary>
    public static void Declare(IRabbitMqBusFactoryConfigurator transport, IEnumerable<EventRoute> routes)
    {
        transport.DeployPublishTopology = true;
        foreach (var messages in routes.GroupBy(route => route.Event))
        {
            transport.Publish(messages.Key, topology =>
            {
                foreach (var route in messages)
                {
                    // Straight from the event's exchange. The consumer binds the queue by an exchange of its own as well; the broker delivers one copy all the same.
                    topology.BindQueue(ExchangeOf(route.Event), route.Queue, queue =>
                    {
                        queue.Durable = true;
                        queue.SetQueueArgument(QueueType, Quorum);
                    });
                }
            });
        }
    }

    // MassTransit's name for it.
    private static string ExchangeOf(Type happened) => $"{happened.Namespace}:{happened.Name}";

    public static void Keep(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.Durable = true;
        endpoint.SetQueueArgument(QueueType, Quorum);
    }
}
