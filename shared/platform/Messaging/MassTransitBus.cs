using MassTransit;
using MindBridge.Contracts;
using MindBridge.Platform.Tracing;

namespace MindBridge.Platform.Messaging;

/// <summary>Announces through MassTransit, with the trace in W3C headers.</summary>
internal sealed class MassTransitBus(IBus bus) : IEventBus
{
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";

    public Task PublishAsync(Guid messageId, IEvent happened, TraceContext trace, CancellationToken cancellationToken) => bus.Publish(
        happened,
        happened.GetType(),
        Pipe.Execute<PublishContext>(context =>
        {
            context.MessageId = messageId;
            if (trace.Parent is not null) context.Headers.Set(TraceParent, trace.Parent);
            if (trace.State is not null) context.Headers.Set(TraceState, trace.State);
        }),
        cancellationToken);
}
