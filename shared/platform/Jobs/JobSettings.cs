namespace MindBridge.Platform.Jobs;

/// <summary>How jobs are leased; the configuration section <c>Jobs</c>.</summary>
public sealed record JobSettings
{
    /// <summary>How long a worker may be silent before another takes its job.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker says that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an idle worker looks for work.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts without a new checkpoint after which a job is parked. A worker that is killed spends one.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failed attempt; it doubles with each.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);
}
