namespace MindBridge.EditRegistry.CreatingMemories;

/// <summary>How a memory commits, shards and promotes.</summary>
public sealed record MemorySettings
{
    /// <summary>Commit when this many edits are pending.</summary>
    public int CommitAfterCount { get; init; } = 1000;

    /// <summary>Commit when no edit has come for this many seconds; while they keep coming, after ten times as many.</summary>
    public int CommitAfterSeconds { get; init; } = 10;

    /// <summary>How many edits one memory encoder holds.</summary>
    public int ShardCapacity { get; init; } = 2000;

    /// <summary>The least Rel of a bridge that may be promoted, in percent.</summary>
    public double LeastRel { get; init; } = 90;

    /// <summary>The least Gen of a bridge that may be promoted, in percent.</summary>
    public double LeastGen { get; init; } = 70;

    /// <summary>The least Loc of a bridge that may be promoted, in percent.</summary>
    public double LeastLoc { get; init; } = 90;

    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    internal void Check()
    {
        Within(nameof(CommitAfterCount), CommitAfterCount, 1, 1_000_000);
        Within(nameof(CommitAfterSeconds), CommitAfterSeconds, 1, 86_400);
        Within(nameof(ShardCapacity), ShardCapacity, 1, 1_000_000);
        Within(nameof(LeastRel), LeastRel, 0, 100);
        Within(nameof(LeastGen), LeastGen, 0, 100);
        Within(nameof(LeastLoc), LeastLoc, 0, 100);
    }

    private static void Within(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) throw new ArgumentException($"{char.ToLowerInvariant(name[0])}{name[1..]} is {value}; give a number from {least} to {most}");
    }
}
