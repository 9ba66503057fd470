namespace MindBridge.Platform.Outbox;

/// <summary>How the relay of an outbox works.</summary>
public sealed record OutboxSettings
{
    /// <summary>How many events one transaction announces.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How long the relay sleeps when nobody wakes it; on SQLite nobody does.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same on SQLite, where a look costs nothing.</summary>
    public TimeSpan SqlitePoll { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one announcement may take before the relay gives the rows back and tries again later.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause after announcements that failed.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);
}
