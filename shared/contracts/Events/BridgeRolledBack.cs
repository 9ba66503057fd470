namespace MindBridge.Contracts;

/// <summary>The previous bridge took its place back.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">On which LLM version.</param>
/// <param name="Sequence">The roll-back's place among the promotions of this memory and LLM version: the highest is the one that serves.</param>
/// <param name="BridgeId">The bridge that serves again.</param>
/// <param name="PreviousBridgeId">The bridge that was taken back.</param>
public sealed record BridgeRolledBack(string TenantId, Guid MemoryId, Guid LlmId, long Sequence, string BridgeId, string? PreviousBridgeId) : IEvent
{
    public string BusinessKey() => $"{MemoryId}/{LlmId}/{Sequence}";
}
