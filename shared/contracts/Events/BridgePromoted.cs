namespace MindBridge.Contracts;

/// <summary>A bridge became the champion of a memory on an LLM version.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">On which LLM version.</param>
/// <param name="Sequence">The promotion's place among those of this memory and LLM version, roll-backs counted: the highest is the one that serves.</param>
/// <param name="BridgeId">The new champion.</param>
/// <param name="PreviousBridgeId">The champion before it; null for the first.</param>
public sealed record BridgePromoted(string TenantId, Guid MemoryId, Guid LlmId, long Sequence, string BridgeId, string? PreviousBridgeId) : IEvent
{
    public string BusinessKey() => $"{MemoryId}/{LlmId}/{Sequence}";
}
