namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>A prompt beside an edit whose answer must stay.</summary>
public sealed record LocalityProbe(string Prompt, string Answer);

/// <summary>An edit as a caller submits it.</summary>
public sealed record NewEdit
{
    /// <summary>The caller's name for this submission: the same key again changes nothing. Chosen by the registry when absent.</summary>
    public string? ClientKey { get; init; }

    /// <summary>What the fact is about.</summary>
    public string? Subject { get; init; }

    /// <summary>The relation's name or Wikidata id; without one, the prompt tells the fact.</summary>
    public string? Relation { get; init; }

    /// <summary>What shall be answered from now on.</summary>
    public string? Object { get; init; }

    /// <summary>The prompt that the object answers.</summary>
    public string? Prompt { get; init; }

    /// <summary>What was true before.</summary>
    public string? OldObject { get; init; }

    /// <summary>Other prompts for the fact that training may use.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];

    /// <summary>Other prompts for the fact that only score.</summary>
    public IReadOnlyList<string> Paraphrases { get; init; } = [];

    /// <summary>Prompts whose answers must stay.</summary>
    public IReadOnlyList<LocalityProbe> Locality { get; init; } = [];

    /// <summary>Where the correction comes from.</summary>
    public string? Source { get; init; }

    /// <summary>Why it is made.</summary>
    public string? Reason { get; init; }

    /// <summary>Its id in the caller's system.</summary>
    public string? ExternalId { get; init; }

    /// <summary>From when it is true.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>True when the entry takes the fact back.</summary>
    internal bool Retraction { get; init; }

    /// <summary>What of the row could not be read at all; it is reported as the row's problem.</summary>
    internal EditProblem? Unreadable { get; init; }
}
