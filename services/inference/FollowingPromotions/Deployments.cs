using System.Collections.Frozen;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>A memory's bridges on an LLM version by alias; empty where there is none.</summary>
internal sealed record Aliases(string Tenant, string Champion, string Challenger, string Previous);

/// <summary>Which bridges the aliases name, as the evaluator last said.</summary>
internal sealed class Deployments
{
    public const string Champion = "champion", Challenger = "challenger", Previous = "previous";
    private FrozenDictionary<(Guid Memory, Guid Llm), Aliases> known = FrozenDictionary<(Guid, Guid), Aliases>.Empty;

    public IReadOnlyDictionary<(Guid Memory, Guid Llm), Aliases> All => Volatile.Read(ref known);

    public void Know(IEnumerable<KeyValuePair<(Guid Memory, Guid Llm), Aliases>> deployments) => Volatile.Write(ref known, deployments.ToFrozenDictionary());

    /// <summary>The bridge that an alias other than the champion names; null where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such alias.</exception>
    public string? Find(Guid memory, Guid llm, string alias)
    {
        var bridge = alias switch
        {
            Challenger => All.GetValueOrDefault((memory, llm))?.Challenger,
            Previous => All.GetValueOrDefault((memory, llm))?.Previous,
            _ => throw new ArgumentException($"alias is \"{alias}\"; give \"{Champion}\", \"{Challenger}\" or \"{Previous}\""),
        };
        return string.IsNullOrEmpty(bridge) ? null : bridge;
    }
}
