using System.Collections.Concurrent;
using MindBridge.Contracts;
using MindBridge.Platform.Messaging;

namespace MindBridge.Evaluator.Dashboard.WatchingJobs;

/// <summary>Remembers the losses of the latest jobs as they go by, for their curves. They are kept in memory only: a restart forgets them, and nothing depends on them.</summary>
internal sealed class LossTrails : IHear<JobProgressed>
{
    private const int MostJobs = 200, MostPoints = 600;
    private readonly ConcurrentDictionary<Guid, List<(long Step, double Loss)>> trails = new();

    public Task HearAsync(JobProgressed happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.Loss is not { } loss || !double.IsFinite(loss)) return Task.CompletedTask;
        if (trails.Count >= MostJobs && !trails.ContainsKey(happened.JobId)) trails.Clear();
        var trail = trails.GetOrAdd(happened.JobId, _ => []);
        lock (trail)
        {
            // A job that goes on from a checkpoint steps back; events may come twice or late.
            trail.RemoveAll(point => point.Step >= happened.Step);
            trail.Add((happened.Step, loss));
            if (trail.Count > MostPoints) trail.RemoveRange(0, trail.Count - MostPoints);
        }

        return Task.CompletedTask;
    }

    /// <summary>By step.</summary>
    public IReadOnlyList<(long Step, double Loss)> Of(string job)
    {
        if (!Guid.TryParse(job, out var id) || !trails.TryGetValue(id, out var trail)) return [];
        lock (trail) return [.. trail];
    }
}
