namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>
/// Which fact is in which shard. A fact stays where it is, so that a commit touches few shards; a new one goes to the first shard with room, which a retracted fact may have left, and a
/// shard is opened when all are full.
/// </summary>
internal sealed record ShardAssignment
{
    /// <summary>Every shard, empty ones included, in their order.</summary>
    public required IReadOnlyList<MemoryShard> Shards { get; init; }

    /// <summary>The shards that were opened.</summary>
    public required IReadOnlyList<MemoryShard> Opened { get; init; }

    /// <summary>The shard of every fact that stands.</summary>
    public required IReadOnlyDictionary<Guid, Guid> ShardOf { get; init; }

    /// <param name="memory">The memory.</param>
    /// <param name="shards">Its shards as they are.</param>
    /// <param name="before">Where its facts were.</param>
    /// <param name="standing">The facts that stand, in their order.</param>
    /// <param name="capacity">How many facts a shard takes; one that holds more already keeps them.</param>
    public static ShardAssignment Of(Guid memory, IReadOnlyList<MemoryShard> shards, IReadOnlyDictionary<Guid, Guid> before, IReadOnlyList<Guid> standing, int capacity)
    {
        var all = shards.OrderBy(shard => shard.Place).ToList();
        var opened = new List<MemoryShard>();
        var shardOf = standing.Where(before.ContainsKey).ToDictionary(fact => fact, fact => before[fact]);
        var held = shardOf.Values.CountBy(shard => shard).ToDictionary();
        var next = 0;
        foreach (var fact in standing.Where(fact => !before.ContainsKey(fact)))
        {
            while (next < all.Count && held.GetValueOrDefault(all[next].Id) >= capacity) next++;
            if (next == all.Count)
            {
                all.Add(new MemoryShard { Id = Guid.CreateVersion7(), MemoryId = memory, Place = all.Count == 0 ? 1 : all[^1].Place + 1 });
                opened.Add(all[^1]);
            }

            shardOf[fact] = all[next].Id;
            held[all[next].Id] = held.GetValueOrDefault(all[next].Id) + 1;
        }

        return new ShardAssignment { Shards = all, Opened = opened, ShardOf = shardOf };
    }
}
