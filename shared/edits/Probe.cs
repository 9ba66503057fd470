namespace MindBridge.Memory.Scoring;

/// <summary>What a probe measures (METHOD section 7).</summary>
public enum ProbeKind
{
    /// <summary>Rel: the edit's own prompt must give the new object.</summary>
    Reliability,

    /// <summary>Gen: a held-out paraphrase must give the new object.</summary>
    Generality,

    /// <summary>Loc: a prompt about a neighbouring subject must answer as before.</summary>
    LocalityNeighbour,

    /// <summary>Loc: an unrelated held-out fact must answer as before.</summary>
    LocalityHeldOut,

    /// <summary>Loc: another fact about an edited subject must answer as before.</summary>
    LocalitySameSubject,

    /// <summary>Port: a multi-hop or inverse question that follows from the edit.</summary>
    Portability,
}

/// <summary>A prompt used to score; no training text may contain it (the leak checker refuses).</summary>
public sealed record Probe
{
    public required ProbeKind Kind { get; init; }

    public required string Prompt { get; init; }

    /// <summary>The object expected (Rel, Gen, Port), or the reference answer of a locality probe.</summary>
    public required string Answer { get; init; }

    /// <summary>The object before the edit, for P(new) against P(old).</summary>
    public string? OldAnswer { get; init; }

    /// <summary>The edit this probe belongs to, when it belongs to one.</summary>
    public string? EditId { get; init; }
}
