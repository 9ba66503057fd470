using MindBridge.Contracts;

namespace MindBridge.Platform.Messaging;

/// <summary>
/// What a service does when an event arrives. It runs once per business key, inside a transaction of the service's context that is saved and committed after it:
/// change data, publish events, enqueue jobs, and do no work that takes longer than a moment.
/// </summary>
public interface IHandle<in TEvent>
    where TEvent : IEvent
{
    Task HandleAsync(TEvent happened, CancellationToken cancellationToken);
}
