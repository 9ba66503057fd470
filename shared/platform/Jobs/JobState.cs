namespace MindBridge.Platform.Jobs;

/// <summary>Where a job is.</summary>
public enum JobState
{
    /// <summary>Nobody works on it yet, or its last attempt failed and the next is due later.</summary>
    Waiting,

    /// <summary>A worker holds its lease, or did until it died.</summary>
    Running,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Out of attempts; an operator may retry it.</summary>
    Parked,

    /// <summary>Called off.</summary>
    Cancelled,
}
