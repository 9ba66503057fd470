using System.Collections.Concurrent;
using Grpc.Core;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.FindingTargets;

/// <summary>Finds a caller's memory by id or name. What is another tenant's looks like what does not exist.</summary>
internal sealed class MemoryNames(ServiceClients services, Champions champions)
{
    private const int Most = 10_000;
    // A memory keeps its name for good, so what the registry said once stays true.
    private readonly ConcurrentDictionary<(string Tenant, string Name), Guid> known = new();

    /// <exception cref="KeyNotFoundException">The caller's tenant has no such memory.</exception>
    public async Task<Guid> FindAsync(string memory, Caller caller, CancellationToken cancellationToken)
    {
        var isId = Guid.TryParse(memory, out var id);
        // What is served here needs no asking, so serving goes on while the registry is away.
        if (isId && champions.TenantOf(id) is { } tenant) return caller.MaySee(tenant) ? id : throw Unknown(memory);
        // A service that acts for every tenant names memories by id; whose it is, the bridge's manifest says.
        if (caller.IsForAll) return isId ? id : throw new ArgumentException($"memory is \"{memory}\", a name that several tenants may use; give its id, or name the tenant in the header mindbridge-tenant");
        if (known.TryGetValue((caller.Tenant, memory), out var remembered)) return remembered;
        try
        {
            var found = await services.EditRegistry(caller.Tenant).GetMemoryAsync(new Wire.GetMemoryRequest { Memory = memory }, cancellationToken: cancellationToken);
            if (known.Count >= Most) known.Clear();
            return known[(caller.Tenant, memory)] = Guid.Parse(found.Id);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            throw Unknown(memory);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"memory \"{memory}\" cannot be looked up, since the edit registry does not answer; try again, or give the memory's id"));
        }
    }

    public static KeyNotFoundException Unknown(string memory) => new($"there is no memory \"{memory}\"; list the memories for their names");
}
