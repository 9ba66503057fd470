using System.Collections.Frozen;
using MindBridge.Contracts.V1;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>A memory's bridges on an LLM version by alias; empty where there is none.</summary>
/// <param name="Tenant">Whose memory it is.</param>
/// <param name="Champion">What answers where nothing else is named.</param>
/// <param name="Challenger">What is evaluated, or was held.</param>
/// <param name="Previous">The champion before.</param>
/// <param name="CanaryPercent">How many of 100 users get the challenger's answers.</param>
/// <param name="ShadowPercent">How many of 100 requests the challenger answers as well.</param>
internal sealed record Aliases(string Tenant, string Champion, string Challenger, string Previous, int CanaryPercent, int ShadowPercent)
{
    /// <summary>True while a challenger is tried.</summary>
    public bool IsTried => Challenger.Length > 0 && (CanaryPercent > 0 || ShadowPercent > 0);

    public static Aliases Of(Deployment deployment) => new(deployment.Tenant, deployment.Champion, deployment.Challenger, deployment.Previous, deployment.CanaryPercent, deployment.ShadowPercent);
}

/// <summary>Which bridges the aliases name, as the evaluator last said.</summary>
internal sealed class Deployments
{
    public const string Champion = "champion", Challenger = "challenger", Previous = "previous";
    private readonly Lock gate = new();
    private FrozenDictionary<(Guid Memory, Guid Llm), Aliases> known = FrozenDictionary<(Guid, Guid), Aliases>.Empty;

    public IReadOnlyDictionary<(Guid Memory, Guid Llm), Aliases> All => Volatile.Read(ref known);

    /// <summary>Takes over all there are.</summary>
    public void Know(IEnumerable<Deployment> deployments)
    {
        lock (gate) Volatile.Write(ref known, deployments.ToFrozenDictionary(KeyOf, Aliases.Of));
    }

    /// <summary>Takes over one that has changed.</summary>
    public void Know(Deployment deployment)
    {
        lock (gate) Volatile.Write(ref known, new Dictionary<(Guid, Guid), Aliases>(known) { [KeyOf(deployment)] = Aliases.Of(deployment) }.ToFrozenDictionary());
    }

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

    private static (Guid Memory, Guid Llm) KeyOf(Deployment deployment) => (Guid.Parse(deployment.MemoryId), Guid.Parse(deployment.LlmId));
}
