using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Platform.Messaging;

namespace MindBridge.BridgeTrainer.FindingMissingBridges;

/// <summary>Every live memory is bridged to a new LLM version; the encoders stay as they are.</summary>
internal sealed class WhenAnLlmIsReleased(BridgeContext db, MissingBridges missing, ILogger<WhenAnLlmIsReleased> logger) : IHandle<LLMVersionReleased>
{
    public async Task HandleAsync(LLMVersionReleased happened, CancellationToken cancellationToken)
    {
        try
        {
            await missing.EnqueueAsync(db, null, happened.LlmId, cancellationToken);
        }
        catch (RpcException e)
        {
            // The timer asks the same question in a moment.
            logger.LogWarning("{Name} {Version} is bridged later ({Reason})", happened.Name, happened.Version, e.Status.Detail);
        }
    }
}
