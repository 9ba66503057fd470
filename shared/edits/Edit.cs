namespace MindBridge.Memory.Edits;

/// <summary>
/// One correction e = (s, r, o) with its prompt p(s, r) (METHOD section 1). The object is what the edited LLM must answer to the prompt.
/// </summary>
public sealed record Edit
{
    /// <summary>Stable name of the edit within its file or memory, for example CounterFact's case id.</summary>
    public required string Id { get; init; }

    /// <summary>What the fact is about, as it stands in <see cref="Prompt"/>.</summary>
    public required string Subject { get; init; }

    /// <summary>The relation's name or Wikidata id, when the source names one.</summary>
    public string? Relation { get; init; }

    /// <summary>The new object o.</summary>
    public required string Object { get; init; }

    /// <summary>A cloze or question p(s, r) that the object answers.</summary>
    public required string Prompt { get; init; }

    /// <summary>What was true before, when the source says so.</summary>
    public string? OldObject { get; init; }

    /// <summary>Other prompts for the same (s, r) that training may use; never a file's held-out paraphrases.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];
}
