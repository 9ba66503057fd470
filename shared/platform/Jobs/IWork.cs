using MindBridge.Platform.Databases;

namespace MindBridge.Platform.Jobs;

/// <summary>What a worker does with jobs of one kind.</summary>
public interface IWork<TContext>
    where TContext : PlatformContext
{
    /// <summary>Which jobs it takes.</summary>
    string Kind { get; }

    /// <summary>
    /// Does the job and ends with <see cref="LeasedJob{TContext}.CompleteAsync"/>. The token is cancelled when the lease is lost, the job called off, or
    /// the process asked to end; an exception ends the attempt, its message is the reason.
    /// </summary>
    Task RunAsync(LeasedJob<TContext> job, CancellationToken cancellationToken);
}
