namespace MindBridge.Contracts;

/// <summary>A bridge was scored through the serving path and held against the memory's gate.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">On which LLM version.</param>
/// <param name="EvaluationId">The evaluation.</param>
/// <param name="BridgeId">The bridge that was scored.</param>
/// <param name="Protocol">How the scores were taken.</param>
/// <param name="Metrics">Rel, Gen, Loc, Port by name.</param>
/// <param name="GatePassed">Whether it may be promoted.</param>
/// <param name="Reasons">Why not, a sentence each; empty when it passed.</param>
public sealed record EvaluationCompleted(
    string TenantId,
    Guid MemoryId,
    Guid LlmId,
    Guid EvaluationId,
    string BridgeId,
    string Protocol,
    IReadOnlyDictionary<string, double> Metrics,
    bool GatePassed,
    IReadOnlyList<string> Reasons) : IEvent
{
    public string BusinessKey() => EvaluationId.ToString();
}
