using MindBridge.Evaluator.ReadingEvaluations;

namespace MindBridge.Evaluator.NoticingBridges;

/// <summary>What a job of the kind <see cref="Kind"/> needs to know. The rest stands in the bridge's manifest.</summary>
/// <param name="Tenant">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">On which LLM version.</param>
/// <param name="BridgeId">The bridge to score.</param>
/// <param name="ProbeSetIds">The probes held out from its encoders.</param>
/// <param name="Protocol">How to score.</param>
/// <param name="Cause">One of <see cref="EvaluationCause"/>; only the first goes by the gate.</param>
/// <param name="RequestedBy">Who asked for it.</param>
internal sealed record EvaluateBridge(
    string Tenant, Guid MemoryId, Guid LlmId, string BridgeId, IReadOnlyList<string> ProbeSetIds, string Protocol, string Cause = EvaluationCause.Bridge, string? RequestedBy = null)
{
    public const string Kind = "evaluate";

    /// <summary>A bridge is held against its gate once under a protocol.</summary>
    public string Key => $"{BridgeId}/{Protocol}";
}
