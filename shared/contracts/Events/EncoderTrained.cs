namespace MindBridge.Contracts;

/// <summary>A shard's memory encoder was trained on the edits up to a commit.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="ShardId">Which shard of it.</param>
/// <param name="CommitId">The last commit the encoder knows.</param>
/// <param name="EncoderId">SHA-256 of the encoder's artifact.</param>
/// <param name="ProbeSetId">SHA-256 of the probes that were held out when it was trained.</param>
/// <param name="Metrics">What training measured, by name.</param>
public sealed record EncoderTrained(string TenantId, Guid MemoryId, Guid ShardId, Guid CommitId, string EncoderId, string ProbeSetId, IReadOnlyDictionary<string, double> Metrics) : IEvent
{
    public string BusinessKey() => $"{ShardId}/{CommitId}/{EncoderId}";
}
