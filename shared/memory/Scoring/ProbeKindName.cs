namespace MindBridge.Memory.Scoring;

/// <summary>The short names of probe kinds in score cards and tables.</summary>
public static class ProbeKindName
{
    /// <summary>"rel", "gen", "loc-neighbours", "loc-held-out", "loc-same-subject" or "port".</summary>
    public static string Of(ProbeKind kind) => kind switch
    {
        ProbeKind.Reliability => "rel",
        ProbeKind.Generality => "gen",
        ProbeKind.LocalityNeighbour => "loc-neighbours",
        ProbeKind.LocalityHeldOut => "loc-held-out",
        ProbeKind.LocalitySameSubject => "loc-same-subject",
        ProbeKind.Portability => "port",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of probe"),
    };
}
