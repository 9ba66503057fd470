using MindBridge.Contracts;
using MindBridge.Platform.Tracing;

namespace MindBridge.Platform.Messaging;

/// <summary>What the outbox relay announces to. Services never call it: they write to the outbox.</summary>
internal interface IEventBus
{
    /// <summary>Returns once the broker has confirmed.</summary>
    Task PublishAsync(Guid messageId, IEvent happened, TraceContext trace, CancellationToken cancellationToken);
}
