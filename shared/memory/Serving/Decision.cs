using MindBridge.Memory.Addressing;

namespace MindBridge.Memory.Serving;

/// <summary>Why a prompt did or did not receive a soft prompt: what `ask` shows, and what lineage and explanations are made of.</summary>
/// <param name="Open">A soft prompt is given.</param>
/// <param name="Reason">The decision in words, with the values and thresholds it rests on.</param>
/// <param name="Shard">The shard whose memory decides (the router's choice), counted from 0.</param>
/// <param name="Evidence">What was known of the query in that shard.</param>
/// <param name="Addressed">The edit the query was held against: the nearest, or the one whose subject it names; null without stored keys, or when none is named.</param>
/// <param name="Nearest">The shard's nearest edits by feature, best first; empty without stored keys.</param>
public sealed record Decision(bool Open, string Reason, int Shard, Evidence Evidence, NearestEdit? Addressed, IReadOnlyList<NearestEdit> Nearest)
{
    /// <summary>The edit that fired; null when the gate is closed.</summary>
    public NearestEdit? Fired => Open ? Addressed : null;
}
