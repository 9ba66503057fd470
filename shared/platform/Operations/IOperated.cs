using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;

namespace MindBridge.Platform.Operations;

/// <summary>The jobs and dead letters of one service, whatever its tables.</summary>
internal interface IOperated
{
    /// <summary>Its schema's name.</summary>
    string Service { get; }

    Task<IReadOnlyList<Job>> JobsAsync(JobState? state, string? tenant, int limit, CancellationToken cancellationToken);

    Task<Job?> FindJobAsync(Guid id, CancellationToken cancellationToken);

    Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken);

    Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken);

    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(CancellationToken cancellationToken);

    Task ReplayAsync(Guid id, CancellationToken cancellationToken);
}
