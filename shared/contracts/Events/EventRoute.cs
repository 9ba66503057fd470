namespace MindBridge.Contracts;

/// <summary>
/// A durable queue in which an event waits for a service. Publishers declare it too, so that an event is kept although its consumer has never run.
/// What every replica of a service must hear (promotions, by inference) waits in no queue: each replica listens while it runs, and asks at its start.
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
        new(typeof(BridgeTrained), "evaluator.bridge-trained"),
        new(typeof(ChangeMade), "evaluator.change-made"),
    ];
}
