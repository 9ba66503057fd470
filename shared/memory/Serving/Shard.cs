using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Encoders;

namespace MindBridge.Memory.Serving;

/// <summary>The part of a memory that one encoder holds, as served on one LLM.</summary>
/// <param name="Encoder">Its encoder with existence head.</param>
/// <param name="Projector">Encoder feature to soft prompt for this LLM.</param>
/// <param name="Keys">Its edits' addresses; null serves <see cref="AddressingMode.Direct"/> with the existence gate only.</param>
/// <param name="Rule">Addressing and gate.</param>
public sealed record Shard(MemoryEncoder Encoder, Projector Projector, KeyStore? Keys, DecisionRule Rule);

/// <summary>How several shards serve one prompt (METHOD section 3, Multi-MindBridge).</summary>
public enum ShardRouting
{
    /// <summary>The soft prompts of all shards whose gate is open, one after another (Eq. 7).</summary>
    Concatenate,

    /// <summary>The one shard that is surest: constant prompt length, however many shards there are.</summary>
    Route,
}
