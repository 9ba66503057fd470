using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Reconciling;

namespace MindBridge.BridgeTrainer.FindingMissingBridges;

/// <summary>Every live memory has a bridge to every LLM version in service, whatever events were lost.</summary>
internal sealed class BridgeWhatIsMissing(MissingBridges missing, IDbContextFactory<BridgeContext> contexts) : IReconcile
{
    public string What => "memories without bridges";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await missing.EnqueueAsync(db, null, null, cancellationToken);
    }
}
