using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>The bridge that answers for a memory on an LLM version.</summary>
/// <param name="Sequence">The place of the promotion or roll-back that put it here.</param>
/// <param name="Hold">Keeps it loaded while it serves.</param>
/// <param name="Trace">The trace of that promotion (the header <c>traceparent</c>); null where that is not known.</param>
internal sealed record Champion(long Sequence, Use<Served> Hold, string? Trace);

/// <summary>What shall serve, as an event or the evaluator's list tells it.</summary>
internal sealed record Promotion(string Tenant, Guid MemoryId, Guid LlmId, long Sequence, string BridgeId, string? Trace = null);
