using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Tracing;

namespace MindBridge.Platform.Outbox;

/// <summary>An event that is true and not announced yet.</summary>
internal sealed class OutboxMessage
{
    public required Guid Id { get; init; }

    /// <summary>The event's type with its assembly, as <see cref="EventBody"/> reads it.</summary>
    public required string EventType { get; init; }

    public required string Body { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Why it can never be announced; null while it waits.</summary>
    public string? ParkedReason { get; set; }

    public static OutboxMessage Of(IEvent happened, DateTimeOffset now)
    {
        var trace = TraceContext.Current;
        return new OutboxMessage
        {
            Id = Guid.CreateVersion7(now),
            EventType = EventBody.NameOf(happened.GetType()),
            Body = JsonSerializer.Serialize(happened, happened.GetType(), EventBody.Options),
            TraceParent = trace.Parent,
            TraceState = trace.State,
            WrittenAt = now,
        };
    }
}
