namespace MindBridge.Contracts;

/// <summary>A bridge from a memory's encoders to an LLM version was trained; it serves nobody until it is promoted.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">Which LLM version.</param>
/// <param name="EncoderIds">The encoders it was trained for, one a shard, in the order of its layout.</param>
/// <param name="ProbeSetIds">The probes held out from those encoders, in the same order.</param>
/// <param name="BridgeId">SHA-256 of the bridge's artifact, a <see cref="BridgeManifest"/>.</param>
/// <param name="Metrics">What training measured, by name.</param>
public sealed record BridgeTrained(string TenantId, Guid MemoryId, Guid LlmId, IReadOnlyList<string> EncoderIds, IReadOnlyList<string> ProbeSetIds, string BridgeId, IReadOnlyDictionary<string, double> Metrics) : IEvent
{
    public string BusinessKey() => $"{MemoryId}/{LlmId}/{BridgeId}";
}
