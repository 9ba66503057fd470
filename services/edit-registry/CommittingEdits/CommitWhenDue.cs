using MindBridge.Platform.Reconciling;

namespace MindBridge.EditRegistry.CommittingEdits;

/// <summary>The debounce: when a memory's pending edits are due is in its row, so it survives restarts and works in any number of replicas.</summary>
internal sealed class CommitWhenDue(Commits commits) : IReconcile
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public string What => "commits that are due";

    public Task<int> ReconcileAsync(CancellationToken cancellationToken) => commits.CommitDueAsync(cancellationToken);
}
