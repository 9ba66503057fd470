using MassTransit;
using MindBridge.Contracts;
using MindBridge.Platform.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Messaging;

/// <summary>Events that each replica hears, in a queue that is its own and goes with it.</summary>
internal abstract record Listener
{
    public abstract void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services);
}

internal sealed record Listener<TEvent, TEar> : Listener
    where TEvent : class, IEvent
    where TEar : class, IHear<TEvent>
{
    public override void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services) => endpoint.Handler<TEvent>(async context =>
    {
        var trace = new TraceContext(context.Headers.Get<string>(MassTransitBus.TraceParent), context.Headers.Get<string>(MassTransitBus.TraceState));
        using var activity = trace.Resume($"hear {typeof(TEvent).Name}", System.Diagnostics.ActivityKind.Consumer);
        await services.GetRequiredService<TEar>().HearAsync(context.Message, context.CancellationToken);
    });
}
