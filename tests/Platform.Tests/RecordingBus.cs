using System.Collections.Concurrent;
using MindBridge.Contracts;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Tracing;

namespace MindBridge.Platform.Tests;

/// <summary>A broker that remembers what it confirmed.</summary>
internal sealed class RecordingBus : IEventBus
{
    public ConcurrentQueue<(Guid MessageId, IEvent Event, TraceContext Trace)> Confirmed { get; } = [];

    public bool Down { get; set; }

    public Task PublishAsync(Guid messageId, IEvent happened, TraceContext trace, CancellationToken cancellationToken)
    {
        if (Down) throw new IOException("the broker is down");
        Confirmed.Enqueue((messageId, happened, trace));
        return Task.CompletedTask;
    }
}
