namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>An entry of a memory's history. Never changed: a later entry of the same fact replaces what it says, a retraction takes it back.</summary>
internal sealed class RecordedEdit
{
    public required Guid Id { get; init; }

    public required Guid MemoryId { get; init; }

    /// <summary>Its place in the memory, from 1 without gaps.</summary>
    public required long Sequence { get; init; }

    public required string ClientKey { get; init; }

    /// <summary>What the entry is about (<see cref="SubmittingEdits.FactId"/>).</summary>
    public required Guid FactId { get; init; }

    public required bool Retraction { get; init; }

    public required string Subject { get; init; }

    public string? Relation { get; init; }

    public required string Object { get; init; }

    public required string Prompt { get; init; }

    public string? OldObject { get; init; }

    /// <summary>A JSON array of texts.</summary>
    public required string Wordings { get; init; }

    /// <summary>A JSON array of texts.</summary>
    public required string Paraphrases { get; init; }

    /// <summary>A JSON array of {prompt, answer}.</summary>
    public required string Locality { get; init; }

    public string? Source { get; init; }

    public required string Author { get; init; }

    public string? Reason { get; init; }

    public string? ExternalId { get; init; }

    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
}
