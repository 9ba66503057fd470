namespace MindBridge.Memory.Splits;

/// <summary>How an edit file is split.</summary>
public sealed record SplitSettings
{
    /// <summary>Decides every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>Take only the first so many edits (conflicts resolved, file order); the others lend their prompts as out-of-scope ones.</summary>
    public int? Limit { get; init; }

    /// <summary>Most wordings an edit gets from other edits of its relation (template crossing); 0 for none.</summary>
    public int Wordings { get; init; } = 6;

    /// <summary>Templates of the user's own, by relation, beside those that the edits' prompts show.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Templates { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Hard negatives an edit gets: other relations' templates on its subject; 0 for none.</summary>
    public int HardNegatives { get; init; }

    /// <summary>Share of each relation's templates kept for validation.</summary>
    public double HeldOutTemplates { get; init; } = 0.25;

    /// <summary>Most held-out facts that score locality.</summary>
    public int HeldOutFacts { get; init; } = 400;

    /// <summary>Most out-of-scope prompts that choose.</summary>
    public int ValidationPrompts { get; init; } = 200;

    /// <summary>Share of the edits whose paraphrase probes choose instead of score, used only where no held-out template can (no relations named); at most 200.</summary>
    public double ValidationParaphrases { get; init; } = 0.1;
}
