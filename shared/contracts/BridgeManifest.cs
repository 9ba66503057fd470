using System.Text.Json;

namespace MindBridge.Contracts;

/// <summary>
/// What serves a memory on an LLM version, whole: which projector goes with which encoder. It is an artifact itself, and its id is the bridge's id, so whoever holds
/// one id holds a pair that was trained together; nothing can be swapped by halves.
/// </summary>
/// <param name="TenantId">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">Which LLM version.</param>
/// <param name="LlmHash">SHA-256 of the LLM's files as they were bridged.</param>
/// <param name="Commit">The sequence of the commit that the encoders hold.</param>
/// <param name="Parts">One a shard.</param>
public sealed record BridgeManifest(string TenantId, Guid MemoryId, Guid LlmId, string LlmHash, long Commit, IReadOnlyList<BridgePart> Parts)
{
    /// <summary>Its bytes: the same for the same parts.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <summary>Reads it back.</summary>
    /// <exception cref="InvalidDataException">These bytes are no bridge manifest.</exception>
    public static BridgeManifest Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<BridgeManifest>(bytes, JsonSerializerOptions.Web) is { Parts.Count: > 0 } manifest
                ? manifest
                : throw new InvalidDataException("the bridge manifest names no parts; train the bridge again");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"this artifact is no bridge manifest ({e.Message}); give a bridge's id", e);
        }
    }
}

/// <summary>A shard's share of a bridge; both ids name folders in the artifact store.</summary>
/// <param name="ShardId">The shard.</param>
/// <param name="EncoderId">Its memory encoder.</param>
/// <param name="ProjectorId">The projector from that encoder to the LLM version.</param>
public sealed record BridgePart(Guid ShardId, string EncoderId, string ProjectorId);
