using MindBridge.Contracts;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Tracing;

namespace MindBridge.Inference.FollowingPromotions;

/// <summary>Hears of promotions and roll-backs as they happen.</summary>
internal sealed class PromotionEar(Champions champions) : IHear<BridgePromoted>, IHear<BridgeRolledBack>
{
    public Task HearAsync(BridgePromoted happened, CancellationToken cancellationToken)
    {
        champions.Want(new Promotion(happened.TenantId, happened.MemoryId, happened.LlmId, happened.Sequence, happened.BridgeId, TraceContext.Current.Parent));
        return Task.CompletedTask;
    }

    public Task HearAsync(BridgeRolledBack happened, CancellationToken cancellationToken)
    {
        champions.Want(new Promotion(happened.TenantId, happened.MemoryId, happened.LlmId, happened.Sequence, happened.BridgeId, TraceContext.Current.Parent));
        return Task.CompletedTask;
    }
}
