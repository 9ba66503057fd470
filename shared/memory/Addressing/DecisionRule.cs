namespace MindBridge.Memory.Addressing;

/// <summary>Which feature the bridge receives (METHOD section 9.1).</summary>
public enum AddressingMode
{
    /// <summary>The query's own feature, as in the paper.</summary>
    Direct,

    /// <summary>The nearest stored edit's feature.</summary>
    Nearest,

    /// <summary>The feature of the stored edit whose subject the query names and whose relation it asks for; none named, none given.</summary>
    Subject,
}

/// <summary>Where the gates stand; chosen on validation probes, stored with the keys.</summary>
public sealed record Thresholds
{
    /// <summary>Least existence score.</summary>
    public double InScope { get; init; } = 0.5;

    /// <summary>Least similarity to the nearest edit; null when there was nothing to choose it from.</summary>
    public double? Similarity { get; init; }

    /// <summary>Least lead of the edit's relation over other relations; null when there was nothing to choose it from.</summary>
    public double? Relation { get; init; }
}

/// <summary>What is known of a query before the LLM runs; all of it comes from the prompt alone. What comes of its feature is NaN where the encoder did not read it.</summary>
/// <param name="InScope">Existence head: P(in scope), in [0, 1].</param>
/// <param name="Similarity">Centred cosine to the edit addressed, in [-1, 1]; NaN when none is.</param>
/// <param name="Margin">Similarity of the nearest edit minus that of the second nearest.</param>
/// <param name="Named">The query names the subject of the edit addressed.</param>
/// <param name="Relation">Lead of the edit's relation over others in the query's wording; NaN where no subject is named.</param>
public readonly record struct Evidence(float InScope, float Similarity, float Margin, bool Named, float Relation);

/// <summary>Whether the soft prompt is given, and the reason in words.</summary>
public readonly record struct Verdict(bool Open, string Reason);

/// <summary>
/// Decides whether a query is in scope. Every threshold that is set must hold; with none the gate is off and always open. Thresholds come from validation
/// probes (<see cref="Calibration"/>), never from test probes, and are stored beside the keys.
/// </summary>
public sealed record DecisionRule
{
    /// <summary>Which feature goes to the bridge.</summary>
    public AddressingMode Addressing { get; init; } = AddressingMode.Direct;

    /// <summary>Least P(in scope) of the existence head.</summary>
    public double? InScope { get; init; }

    /// <summary>Least similarity to the nearest edit.</summary>
    public double? Similarity { get; init; }

    /// <summary>Least distance in similarity between the nearest edit and the second.</summary>
    public double? Margin { get; init; }

    /// <summary>Least lead of the edit's relation over other relations in the query's wording.</summary>
    public double? Relation { get; init; }

    /// <summary>True when some threshold can close the gate.</summary>
    public bool Gated => InScope is not null || Similarity is not null || Margin is not null || Relation is not null;

    /// <summary>True when the rule, or the addressing, needs stored keys.</summary>
    public bool NeedsKeys => Addressing is not AddressingMode.Direct || Similarity is not null || Margin is not null || Relation is not null;

    /// <summary>True when the rule looks at the subjects that a query names.</summary>
    public bool NeedsSubjects => Addressing is AddressingMode.Subject || Relation is not null;

    /// <summary>True when a query's words alone decide: the encoder need not read it.</summary>
    public bool RestsOnWords => Addressing is AddressingMode.Subject && InScope is null && Similarity is null && Margin is null;

    /// <summary>A mode with its gate at the calibrated thresholds, or without a gate.</summary>
    public static DecisionRule For(AddressingMode addressing, bool gated, Thresholds thresholds) => !gated ? new DecisionRule { Addressing = addressing } : addressing switch
    {
        AddressingMode.Subject when thresholds.Relation is { } least => new DecisionRule { Addressing = addressing, Relation = least },
        AddressingMode.Nearest when thresholds.Similarity is { } least => new DecisionRule { Addressing = addressing, Similarity = least },
        AddressingMode.Subject => new DecisionRule { Addressing = addressing },
        _ => new DecisionRule { Addressing = addressing, InScope = thresholds.InScope },
    };

    /// <summary>Applies the rule.</summary>
    /// <param name="addressed">The edit that the addressing led to; null when it led to none.</param>
    /// <param name="evidence">What is known of the query.</param>
    public Verdict Decide(NearestEdit? addressed, Evidence evidence)
    {
        if (Addressing is not AddressingMode.Direct && addressed is null)
            return new Verdict(false, Addressing is AddressingMode.Subject ? "the prompt names no edited subject" : "the memory holds no edit");
        if (!Gated) return new Verdict(true, "the gate is off");
        var reasons = new List<string>(4);
        var open = Holds(InScope, evidence.InScope, "existence score", reasons)
            & Holds(Similarity, evidence.Similarity, "similarity to the nearest edit", reasons)
            & Holds(Margin, evidence.Margin, "lead over the second edit", reasons)
            & Holds(Relation, evidence.Relation, "lead of the edit's relation", reasons);
        return new Verdict(open, string.Join("; ", reasons));
    }

    private static bool Holds(double? least, double value, string what, List<string> reasons)
    {
        if (least is not { } threshold) return true;
        var holds = value >= threshold;
        reasons.Add($"{what} {value:0.000} {(holds ? "reaches" : "is below")} {threshold:0.000}");
        return holds;
    }
}
