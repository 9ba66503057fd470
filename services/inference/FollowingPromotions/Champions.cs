using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>Who answers for which memory on which LLM version.</summary>
internal sealed class Champions(LoadedBridges bridges, BridgeManifests manifests, InferenceSettings settings, TimeProvider time, ILogger<Champions> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(Guid Memory, Guid Llm), Slot> slots = new();

    /// <summary>True once the evaluator has said who shall serve; before, a memory may seem to have no champion.</summary>
    public bool AreKnown { get; private set; }

    /// <summary>Says what shall serve. Returns at once; loading goes on beside.</summary>
    public void Want(Promotion promotion) =>
        slots.GetOrAdd((promotion.MemoryId, promotion.LlmId), key => new Slot(promotion.Tenant, key.Memory, key.Llm, bridges, manifests, settings, time, logger)).Want(promotion);

    /// <summary>Says all that shall serve, as the evaluator lists it.</summary>
    public void WantAll(IEnumerable<Promotion> promotions)
    {
        foreach (var promotion in promotions) Want(promotion);
        AreKnown = true;
        bridges.Trim();
    }

    /// <summary>Closes the places on LLMs that are in service no more.</summary>
    public async Task<int> CloseAsync(Func<Guid, bool> inService)
    {
        var closed = 0;
        foreach (var (key, slot) in slots.Where(s => !inService(s.Key.Llm)))
        {
            if (!slots.TryRemove(key, out _)) continue;
            await slot.DisposeAsync();
            closed++;
        }

        return closed;
    }

    /// <summary>The places there are.</summary>
    public IReadOnlyList<Slot> All => [.. slots.Values];

    public bool TryFind(Guid memory, Guid llm, [NotNullWhen(true)] out Slot? slot) => slots.TryGetValue((memory, llm), out slot);

    /// <summary>Whose memory it is, where that is known here.</summary>
    public string? TenantOf(Guid memory) => slots.FirstOrDefault(s => s.Key.Memory == memory).Value?.Tenant;

    /// <summary>What serves now, each in use.</summary>
    public IReadOnlyList<(Use<Served> Use, long Sequence)> Serving() => [.. slots.Values.Select(s => s.TryUse()).OfType<(Use<Served> Use, long Sequence, string? Trace)>().Select(c => (c.Use, c.Sequence))];

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in slots.Values) await slot.DisposeAsync();
    }
}
