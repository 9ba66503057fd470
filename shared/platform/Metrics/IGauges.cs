namespace MindBridge.Platform.Metrics;

/// <summary>What stands in a database, or in memory, and is to be seen from outside.</summary>
public interface IGauges
{
    /// <summary>What there is now; a series that is missing is gone.</summary>
    Task<IReadOnlyList<Reading>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>A value of a gauge.</summary>
/// <param name="Name">The gauge's, for example <c>mindbridge.jobs</c>.</param>
/// <param name="Unit">For example <c>s</c>; null for a number of things.</param>
/// <param name="Description">What it says.</param>
/// <param name="Value">The value.</param>
/// <param name="Tags">Which of the gauge's series.</param>
public sealed record Reading(string Name, string? Unit, string Description, double Value, params IReadOnlyList<(string Name, string Value)> Tags);
