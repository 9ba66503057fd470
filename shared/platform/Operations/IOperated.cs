using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;

namespace MindBridge.Platform.Operations;

/// <summary>The jobs and dead letters of one service, whatever its tables.</summary>
internal interface IOperated
{
    /// <summary>Its schema's name.</summary>
    string Service { get; }

    Task<IReadOnlyList<Job>> JobsAsync(JobState? state, string? tenant, int limit, CancellationToken cancellationToken);

    Task<Job?> FindJobAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Calls a job off, and has the audit log know by whom; false when it has ended already.</summary>
    Task<bool> CancelAsync(Guid id, Caller by, CancellationToken cancellationToken);

    /// <summary>Has a parked or cancelled job tried again, likewise; false when it is neither.</summary>
    Task<bool> RetryAsync(Guid id, Caller by, CancellationToken cancellationToken);

    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(CancellationToken cancellationToken);

    /// <summary>Hands an event to its handler again, likewise.</summary>
    Task ReplayAsync(Guid id, Caller by, CancellationToken cancellationToken);
}
