using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.SettingGates;

/// <summary>A rule of a gate while somebody edits it.</summary>
internal sealed class RuleDraft
{
    public string Protocol { get; set; } = Gating.ScoringProtocol.Gating[0];

    public string Figure { get; set; } = "rel";

    /// <summary>In percent.</summary>
    public double Least { get; set; }

    public int LeastProbes { get; set; }

    /// <summary>Points below the champion.</summary>
    public double MostDrop { get; set; } = 100;

    public static RuleDraft Of(GateRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new RuleDraft { Protocol = rule.Protocol, Figure = rule.Figure, Least = rule.Least, LeastProbes = rule.LeastProbes, MostDrop = rule.MostDrop };
    }

    public GateRule Rule() => new() { Protocol = Protocol, Figure = Figure, Least = Least, LeastProbes = LeastProbes, MostDrop = MostDrop };
}
