namespace MindBridge.Contracts;

/// <summary>A batch of a memory's edits became immutable and may be trained on.</summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="CommitId">The commit.</param>
/// <param name="Sequence">The commit's place in its memory, from 1 without gaps: a consumer that holds a later one may ignore this.</param>
/// <param name="EditCount">How many edits the commit adds.</param>
/// <param name="ContentHash">SHA-256 of the memory's whole history up to and with this commit.</param>
public sealed record EditsCommitted(string TenantId, Guid MemoryId, Guid CommitId, long Sequence, int EditCount, string ContentHash) : IEvent
{
    public string BusinessKey() => CommitId.ToString();
}
