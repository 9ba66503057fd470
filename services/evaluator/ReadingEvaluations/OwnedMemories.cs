using Grpc.Core;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>Which memories a caller has: the edit registry knows, and nobody else.</summary>
internal sealed class OwnedMemories(ServiceClients services)
{
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<Wire.Memory> FindAsync(Caller caller, Guid memory, CancellationToken cancellationToken)
    {
        try
        {
            var found = await services.EditRegistry(caller.IsForAll ? null : caller.Tenant).GetMemoryAsync(new Wire.GetMemoryRequest { Memory = memory.ToString() }, cancellationToken: cancellationToken);
            return caller.MaySee(found.Tenant) ? found : throw new KeyNotFoundException($"there is no memory {memory}; list the memories for their ids");
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            throw new KeyNotFoundException($"there is no memory {memory}; list the memories for their ids", e);
        }
    }
}
