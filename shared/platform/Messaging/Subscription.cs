using MassTransit;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Outbox;
using MindBridge.Platform.Tracing;

namespace MindBridge.Platform.Messaging;

/// <summary>A handler with the queue its events wait in.</summary>
internal abstract record Subscription(Type Event, string Queue)
{
    /// <summary>Lets an endpoint of the bus feed the handler.</summary>
    public abstract void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services);

    /// <summary>Handles one event at once, without retries: an operator's replay. Throws what the handler throws.</summary>
    public abstract Task HandleAsync(IServiceProvider services, IEvent happened, CancellationToken cancellationToken);
}

internal sealed record Subscription<TEvent, THandler, TContext>(string Queue) : Subscription(typeof(TEvent), Queue)
    where TEvent : class, IEvent
    where THandler : class, IHandle<TEvent>
    where TContext : PlatformContext
{
    public override void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services) => endpoint.Handler<TEvent>(async context =>
    {
        var trace = new TraceContext(context.Headers.Get<string>(MassTransitBus.TraceParent), context.Headers.Get<string>(MassTransitBus.TraceState));
        using var activity = trace.Resume($"handle {typeof(TEvent).Name}", System.Diagnostics.ActivityKind.Consumer);
        await new Delivery<TEvent, THandler, TContext>(services, Queue).ReceiveAsync(context.Message, context.CancellationToken);
    });

    public override Task HandleAsync(IServiceProvider services, IEvent happened, CancellationToken cancellationToken) =>
        new Delivery<TEvent, THandler, TContext>(services, Queue).HandleOnceAsync((TEvent)happened, cancellationToken);
}
