using MindBridge.Contracts;

namespace MindBridge.Platform.Messaging;

/// <summary>
/// What every replica of a service does when an event comes by while it runs. There is no queue that waits and no record of what was heard: it must be right to
/// hear an event twice or never, as for a replica that asks the owner at its start and on a timer.
/// </summary>
public interface IHear<in TEvent>
    where TEvent : IEvent
{
    Task HearAsync(TEvent happened, CancellationToken cancellationToken);
}
