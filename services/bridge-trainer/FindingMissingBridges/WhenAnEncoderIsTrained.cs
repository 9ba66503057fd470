using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Platform.Messaging;

namespace MindBridge.BridgeTrainer.FindingMissingBridges;

/// <summary>Another encoder may have made a memory's set whole: it is bridged to every LLM version.</summary>
internal sealed class WhenAnEncoderIsTrained(BridgeContext db, MissingBridges missing, ILogger<WhenAnEncoderIsTrained> logger) : IHandle<EncoderTrained>
{
    public async Task HandleAsync(EncoderTrained happened, CancellationToken cancellationToken)
    {
        try
        {
            await missing.EnqueueAsync(db, happened.MemoryId, null, cancellationToken);
        }
        catch (RpcException e)
        {
            // The timer asks the same question in a moment.
            logger.LogWarning("memory {Memory} is bridged later ({Reason})", happened.MemoryId, e.Status.Detail);
        }
    }
}
