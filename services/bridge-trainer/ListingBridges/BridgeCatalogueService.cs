using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using MindBridge.BridgeTrainer.TrainingBridges;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.BridgeTrainer.ListingBridges;

/// <summary>The catalogue of bridges over gRPC.</summary>
internal sealed class BridgeCatalogueService(Bridges bridges) : Wire.BridgeCatalogue.BridgeCatalogueBase
{
    public override async Task<Wire.ListBridgesReply> ListBridges(Wire.ListBridgesRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context.GetHttpContext().User);
        var found = await bridges.ListAsync(caller.IsForAll ? null : caller.Tenant, MemoryOf(request.MemoryId), request.History, context.CancellationToken);
        return new Wire.ListBridgesReply { Bridges = { found.Where(bridge => caller.MaySee(bridge.TenantId)).Select(View) } };
    }

    private static Guid? MemoryOf(string id) => id.Length == 0 ? null : Guid.TryParse(id, out var memory) ? memory : throw new ArgumentException($"memory_id is \"{id}\"; give a memory's id, or nothing for all");

    private static Wire.TrainedBridge View(MemoryBridge bridge) => new()
    {
        Tenant = bridge.TenantId,
        MemoryId = bridge.MemoryId.ToString(),
        LlmId = bridge.LlmId.ToString(),
        BridgeId = bridge.BridgeId,
        CommitSequence = bridge.CommitSequence,
        EncoderIds = { JsonSerializer.Deserialize<string[]>(bridge.EncoderIds)! },
        ProbeSetIds = { JsonSerializer.Deserialize<string[]>(bridge.ProbeSetIds)! },
        TrainSeconds = bridge.TrainSeconds,
        TrainedAt = bridge.TrainedAt.ToString("O", CultureInfo.InvariantCulture),
    };
}
