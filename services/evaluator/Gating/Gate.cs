namespace MindBridge.Evaluator.Gating;

/// <summary>What the gate says.</summary>
/// <param name="Reasons">Why not, a sentence each; empty when it passes.</param>
/// <param name="Notes">What could not be looked at.</param>
internal sealed record Verdict(IReadOnlyList<string> Reasons, IReadOnlyList<string> Notes)
{
    public bool Passed => Reasons.Count == 0;
}

/// <summary>The least scores of a bridge that may be promoted, as its memory sets them, and how far it may fall behind the champion.</summary>
internal sealed record Gate(double LeastRel, double LeastGen, double LeastLoc, double MostDrop)
{
    /// <param name="scores">The bridge's.</param>
    /// <param name="champion">The champion's, taken under the same protocol; null where there are none.</param>
    /// <exception cref="ArgumentException">The champion's were taken under another protocol.</exception>
    public Verdict Judge(Scores scores, Scores? champion)
    {
        var (reasons, notes) = (new List<string>(), new List<string>());
        if (scores.Counts.Count == 0) return new Verdict(["there are no probes to score it with; give edits with paraphrases or locality probes, and out-of-scope prompts"], []);
        foreach (var (name, least) in ((string, double)[])[(Scores.Rel, LeastRel), (Scores.Gen, LeastGen), (Scores.Loc, LeastLoc)])
        {
            if (!scores.Percent.TryGetValue(name, out var score)) notes.Add($"{name} was left out: there are no probes of that kind");
            else if (score < least) reasons.Add(FormattableString.Invariant($"{name} is {score:0.0} % of {scores.Counts[name]} probes, below the memory's least of {least:0.0} %"));
        }

        if (notes.Count == 3) reasons.Add("none of rel, gen and loc has a probe; give edits with paraphrases, and out-of-scope prompts");
        foreach (var (name, drop) in champion is null ? [] : scores.DropsFrom(champion).Where(d => d.Drop > MostDrop))
            reasons.Add(FormattableString.Invariant($"{name} is {scores.Percent[name]:0.0} %, {drop:0.0} points below the champion's {champion!.Percent[name]:0.0} %; at most {MostDrop:0.0} are allowed"));
        return new Verdict(reasons, notes);
    }
}
