namespace MindBridge.Platform.Reconciling;

/// <summary>
/// Asks what should exist and does not, and sees to it. A service that reconciles needs no event to have arrived: events only make it quicker.
/// </summary>
public interface IReconcile
{
    /// <summary>What is put right, for the log.</summary>
    string What { get; }

    /// <summary>Puts it right; returns how much was amiss. May run in several processes at once.</summary>
    Task<int> ReconcileAsync(CancellationToken cancellationToken);
}
