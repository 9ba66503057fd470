namespace MindBridge.Contracts;

/// <summary>
/// A durable queue in which an event waits for a service. Publishers declare it too, so that an event is kept although its consumer has never run.
/// </summary>
/// <param name="Event">The event's type.</param>
/// <param name="Queue">The queue: the service, then the event.</param>
public sealed record EventRoute(Type Event, string Queue)
{
    /// <summary>Every queue of the platform.</summary>
    public static IReadOnlyList<EventRoute> All { get; } =
    [
        new(typeof(EditsCommitted), "encoder-trainer.edits-committed"),
        new(typeof(EncoderTrained), "bridge-trainer.encoder-trained"),
        new(typeof(LLMVersionReleased), "bridge-trainer.llm-version-released"),
        new(typeof(LLMVersionReleased), "inference.llm-version-released"),
        new(typeof(BridgeTrained), "evaluator.bridge-trained"),
        new(typeof(BridgePromoted), "inference.bridge-promoted"),
        new(typeof(BridgeRolledBack), "inference.bridge-rolled-back"),
    ];
}
