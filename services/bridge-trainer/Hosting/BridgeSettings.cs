namespace MindBridge.BridgeTrainer.Hosting;

/// <summary>How bridges are trained; the configuration section <c>Bridge</c>. Its part <c>Recipe</c> sets any training setting by name.</summary>
public sealed record BridgeSettings
{
    /// <summary>Where training runs: "cpu" or "cuda".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How often every edit is seen; null for as often as the recipe says.</summary>
    public int? Epochs { get; init; }

    /// <summary>One seed, one bridge.</summary>
    public int Seed { get; init; }

    /// <summary>Time between two checkpoints: what a worker's death can cost.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between two looks for bridges that no event asked for.</summary>
    public TimeSpan ReconcileEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many unpacked encoders stay on this machine.</summary>
    public int KeptEncoders { get; init; } = 8;

    /// <summary>A folder whose LLMs are released by themselves, as everybody else sees it too; null for none.</summary>
    public string? WatchModels { get; init; }

    /// <summary>How long the files of a folder there must stay as they are before it is taken to be whole.</summary>
    public TimeSpan ModelsSettle { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="ArgumentException">A setting will not do; the message names it.</exception>
    internal void Check()
    {
        if (CheckpointEvery <= TimeSpan.Zero) throw new ArgumentException($"Bridge:CheckpointEvery is {CheckpointEvery}; give a time above zero, for example 00:00:30");
        if (ReconcileEvery <= TimeSpan.Zero) throw new ArgumentException($"Bridge:ReconcileEvery is {ReconcileEvery}; give a time above zero, for example 00:00:15");
        if (WatchModels is { Length: > 0 } && !(Path.IsPathRooted(WatchModels) && Directory.Exists(WatchModels))) throw new ArgumentException($"Bridge:WatchModels is {WatchModels}, and there is no such folder; give the whole path of a folder that trainers and inference see, or leave it empty");
        if (ModelsSettle < TimeSpan.Zero) throw new ArgumentException($"Bridge:ModelsSettle is {ModelsSettle}; give a time, for example 00:00:30");
        if (KeptEncoders < 1) throw new ArgumentException($"Bridge:KeptEncoders is {KeptEncoders}; give at least 1");
    }
}
