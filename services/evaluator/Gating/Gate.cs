namespace MindBridge.Evaluator.Gating;

/// <summary>What the gate says.</summary>
/// <param name="Reasons">Why not, a sentence each; empty when it passes.</param>
/// <param name="Notes">What could not be looked at.</param>
internal sealed record Verdict(IReadOnlyList<string> Reasons, IReadOnlyList<string> Notes)
{
    public bool Passed => Reasons.Count == 0;
}

/// <summary>What one figure must be under one protocol.</summary>
/// <param name="Protocol">How it is taken.</param>
/// <param name="Figure">Which.</param>
/// <param name="Least">In percent.</param>
/// <param name="LeastProbes">Fewer fail; 0: a figure without probes is left out.</param>
/// <param name="MostDrop">How many points it may lie below the champion's.</param>
internal sealed record GateRule(string Protocol, string Figure, double Least, int LeastProbes, double MostDrop);

/// <summary>What a bridge of a memory must reach to be promoted, and how far it may fall behind the champion.</summary>
/// <param name="Version">From 1; 0 for the one of the memory's settings.</param>
/// <param name="Rules">At least one.</param>
/// <param name="PromoteByHand">True when what passes waits for an operator.</param>
internal sealed record Gate(long Version, IReadOnlyList<GateRule> Rules, bool PromoteByHand)
{
    /// <summary>The gate of a memory that was never given one.</summary>
    public static Gate OfSettings(string protocol, double leastRel, double leastGen, double leastLoc, double mostDrop) => new(
        0,
        [
            new GateRule(protocol, Scores.Rel, leastRel, 0, mostDrop), new GateRule(protocol, Scores.Gen, leastGen, 0, mostDrop),
            new GateRule(protocol, Scores.Loc, leastLoc, 0, mostDrop), new GateRule(protocol, Scores.Port, 0, 0, mostDrop),
        ],
        PromoteByHand: false);

    /// <summary>Under which a bridge is scored.</summary>
    public IEnumerable<string> Protocols => Rules.Select(r => r.Protocol).Distinct(StringComparer.Ordinal);

    /// <summary>Looks at the rules of the scores' protocol.</summary>
    /// <param name="scores">The bridge's.</param>
    /// <param name="champion">The champion's, taken under the same protocol; null where there are none.</param>
    /// <exception cref="ArgumentException">The champion's were taken under another protocol.</exception>
    public Verdict Judge(Scores scores, Scores? champion)
    {
        if (champion is not null) Scores.RefuseIfOtherProtocol(scores.Protocol, champion.Protocol);
        var (reasons, notes) = (new List<string>(), new List<string>());
        var rules = Rules.Where(r => r.Protocol == scores.Protocol).ToList();
        if (rules.Count == 0) return new Verdict([$"the gate asks for nothing under {scores.Protocol}"], []);
        if (scores.Counts.Count == 0) return new Verdict(["there are no probes to score it with; give edits with paraphrases or locality probes, and out-of-scope prompts"], []);
        foreach (var rule in rules) Judge(rule, scores, reasons, notes);
        // Portability alone does not show that an edit holds.
        if (reasons.Count == 0 && rules.Where(r => r.Figure != Scores.Port).Select(r => r.Figure).DefaultIfEmpty(Scores.Port).All(figure => !scores.Percent.ContainsKey(figure)))
            reasons.Add("none of rel, gen and loc has a probe; give edits with paraphrases, and out-of-scope prompts");
        foreach (var rule in champion is null ? [] : rules)
        {
            if (scores.DropFrom(champion!, rule.Figure) is { } drop && drop > rule.MostDrop)
                reasons.Add(FormattableString.Invariant($"{rule.Figure} is {scores.Percent[rule.Figure]:0.0} %, {drop:0.0} points below the champion's {champion!.Percent[rule.Figure]:0.0} %; at most {rule.MostDrop:0.0} are allowed"));
        }

        return new Verdict(reasons, notes);
    }

    private static void Judge(GateRule rule, Scores scores, List<string> reasons, List<string> notes)
    {
        var probes = scores.Counts.GetValueOrDefault(rule.Figure);
        if (probes < rule.LeastProbes) reasons.Add($"{rule.Figure} has {probes} probes, and the gate asks for {rule.LeastProbes} at least; give edits with more paraphrases or locality probes, or import probes");
        else if (!scores.Percent.TryGetValue(rule.Figure, out var score))
        {
            if (rule.Figure != Scores.Port || rule.Least > 0) notes.Add($"{rule.Figure} was left out: there are no probes of that kind");
        }
        else if (score < rule.Least) reasons.Add(FormattableString.Invariant($"{rule.Figure} is {score:0.0} % of {probes} probes, below the memory's least of {rule.Least:0.0} %"));
    }
}
