using System.Globalization;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.Framing;

namespace MindBridge.Evaluator.Dashboard.SettingGates;

/// <summary>Gates as people read them.</summary>
internal static class GateWords
{
    /// <summary>For example "Rel ≥ 90 % of 50 probes, at most 5 points below the champion".</summary>
    public static string Rule(GateRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var probes = rule.LeastProbes > 0 ? $" of {Wording.Number(rule.LeastProbes)} probes or more" : "";
        var drop = rule.MostDrop < 100 ? $", at most {Plain(rule.MostDrop)} points below the champion" : "";
        return $"{Scores.Short(rule.Figure)} ≥ {Plain(rule.Least)} %{probes}{drop}";
    }

    /// <summary>By protocol, in a line each.</summary>
    public static IEnumerable<string> Lines(MemoryGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return gate.Rules.GroupBy(rule => rule.Protocol, StringComparer.Ordinal).Select(group => $"{group.Key}: {string.Join("; ", group.Select(Rule))}");
    }

    /// <summary>What a champion's last scores say to these rules: nothing, where it passes; what is not scored yet, or why it fails.</summary>
    public static (string Kind, string Word, string Why) Standing(Pairing pair, IReadOnlyList<GateRule> rules)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (pair.Champion.Length == 0) return ("", "nothing serves", "There is no champion yet.");
        var (reasons, missing) = (new List<string>(), new List<string>());
        foreach (var protocol in rules.GroupBy(rule => rule.Protocol, StringComparer.Ordinal))
        {
            if (pair.Evaluations.FirstOrDefault(e => e.BridgeId == pair.Champion && e.Protocol == protocol.Key) is not { } scored)
            {
                missing.Add(protocol.Key);
                continue;
            }

            var gate = new Gating.Gate(1, [.. protocol.Select(rule => new Gating.GateRule(rule.Protocol, rule.Figure, rule.Least, rule.LeastProbes, rule.MostDrop))], PromoteByHand: false);
            reasons.AddRange(gate.Judge(new Gating.Scores(scored.Protocol, scored.Scores, scored.Counts), null).Reasons);
        }

        return reasons.Count > 0 ? ("warn", "would fail", string.Join("; ", reasons))
            : missing.Count > 0 ? ("busy", "not scored yet", $"It has no scores under {string.Join(", ", missing)}; it is scored once the gate is set.")
            : ("good", "would pass", "");
    }

    private static string Plain(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
