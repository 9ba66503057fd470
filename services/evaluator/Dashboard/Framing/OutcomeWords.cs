using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>Outcomes of probes as tables mark them.</summary>
internal static class OutcomeWords
{
    /// <summary>What lies between a hit and nothing at all is neither.</summary>
    public static string Class(ProbeOutcome outcome) => outcome.Hit ? "hit" : outcome.Value <= 0 ? "miss" : "";
}
