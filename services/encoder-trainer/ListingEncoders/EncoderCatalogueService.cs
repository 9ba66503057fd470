using Grpc.Core;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EncoderTrainer.ListingEncoders;

/// <summary>The catalogue of encoders over gRPC.</summary>
internal sealed class EncoderCatalogueService(EncoderSets sets) : Wire.EncoderCatalogue.EncoderCatalogueBase
{
    public override async Task<Wire.ListEncoderSetsReply> ListEncoderSets(Wire.ListEncoderSetsRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context.GetHttpContext().User);
        var found = await sets.ListAsync(caller.IsForAll ? null : caller.Tenant, MemoryOf(request.MemoryId), context.CancellationToken);
        return new Wire.ListEncoderSetsReply { Sets = { found.Where(set => caller.MaySee(set.Tenant)).Select(View) } };
    }

    private static Guid? MemoryOf(string id) => id.Length == 0 ? null : Guid.TryParse(id, out var memory) ? memory : throw new ArgumentException($"memory_id is \"{id}\"; give a memory's id, or nothing for all");

    private static Wire.EncoderSet View(WholeCommit whole) => new()
    {
        Tenant = whole.Tenant,
        MemoryId = whole.Commit.MemoryId.ToString(),
        CommitId = whole.Commit.CommitId.ToString(),
        CommitSequence = whole.Commit.Sequence,
        Parts =
        {
            whole.Parts.Select(part => new Wire.ShardEncoder
            {
                ShardId = part.Wanted.ShardId.ToString(),
                EncoderId = part.Encoder.EncoderId,
                ProbeSetId = part.Encoder.ProbeSetId,
                EditCount = part.Encoder.EditCount,
                TrainSeconds = part.Encoder.TrainSeconds,
                CommitSequence = part.Wanted.ChangedAtSequence,
            }),
        },
    };
}
