using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.BridgeTrainer.FindingMissingBridges;
using MindBridge.Contracts;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;

namespace MindBridge.BridgeTrainer.TrainingBridges;

/// <summary>A memory that should serve on an LLM version.</summary>
internal sealed record BridgeToTrain(string Tenant, Guid MemoryId, Guid LlmId);

/// <summary>
/// Joins every shard of a memory to an LLM version, unless the memory has other encoders by the time it begins or the version is retired. What was begun is finished, and the bridge that is wanted instead of another
/// takes that one's turn: otherwise, where encoders come faster than bridges, there would never be one.
/// </summary>
internal sealed class TrainBridge(LiveMemories memories, MissingBridges missing, ProjectorTraining projectors, IArtifactStore store, TrainingTurn turns, TimeProvider time) : IWork<BridgeContext>
{
    public const string JobKind = "train-bridge";

    public string Kind => JobKind;

    public async Task RunAsync(LeasedJob<BridgeContext> job, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(cancellationToken);
        var wanted = job.Payload<BridgeToTrain>();
        if (await PairAsync(job, wanted, cancellationToken) is not { } pair) return;
        if (memories.KeyOf(pair) != job.BusinessKey)
        {
            await job.SupersedeAsync(
                $"the memory's commit {pair.Set.CommitSequence} has other encoders", db => missing.EnqueueInPlaceAsync(db, pair, job.AskedAt, cancellationToken), cancellationToken);
            return;
        }

        var folder = LlmFolder.Verified(pair.Llm);
        var made = new List<(TrainedProjector Projector, bool New)>();
        foreach (var part in pair.Set.Parts)
        {
            made.Add(await projectors.TrainAsync(job, part, pair.Llm, folder, cancellationToken));
            // Training takes a while; the version may be out of service.
            if (await PairAsync(job, wanted, cancellationToken) is null) return;
        }

        var manifest = new BridgeManifest(
            wanted.Tenant, wanted.MemoryId, wanted.LlmId, pair.Llm.ContentHash, pair.Set.CommitSequence,
            [.. pair.Set.Parts.Zip(made, (part, m) => new BridgePart(Guid.Parse(part.ShardId), part.EncoderId, m.Projector.ProjectorId))]);
        using var content = new MemoryStream(manifest.ToBytes());
        var id = (await store.SaveAsync(content, cancellationToken)).Value;
        await job.CompleteAsync(db => KeepAsync(db, job.BusinessKey, id, manifest, pair, made), cancellationToken);
    }

    // Null when nobody wants a bridge any more; the job has ended then.
    private async Task<Pair?> PairAsync(LeasedJob<BridgeContext> job, BridgeToTrain wanted, CancellationToken cancellationToken)
    {
        var pair = (await memories.PairsAsync(wanted.MemoryId, wanted.LlmId, cancellationToken)).SingleOrDefault();
        if (pair is null) await job.SupersedeAsync("the LLM version is retired, or the memory has no encoders any more", cancellationToken: cancellationToken);
        return pair;
    }

    private async Task KeepAsync(BridgeContext db, string key, string id, BridgeManifest manifest, Pair pair, List<(TrainedProjector Projector, bool New)> made)
    {
        if (await db.Bridges.AnyAsync(b => b.BridgeId == id)) return;
        string[] encoders = [.. pair.Set.Parts.Select(part => part.EncoderId)], probes = [.. pair.Set.Parts.Select(part => part.ProbeSetId)];
        var seconds = made.Where(m => m.New).Sum(m => m.Projector.TrainSeconds);
        db.Bridges.Add(new MemoryBridge
        {
            BridgeId = id,
            TenantId = manifest.TenantId,
            MemoryId = manifest.MemoryId,
            LlmId = manifest.LlmId,
            BusinessKey = key,
            CommitSequence = manifest.Commit,
            EncoderIds = JsonSerializer.Serialize(encoders),
            ProbeSetIds = JsonSerializer.Serialize(probes),
            TrainSeconds = seconds,
            TrainedAt = time.GetUtcNow(),
        });
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["trainSeconds"] = seconds, ["projectorsTrained"] = made.Count(m => m.New), ["projectorsReused"] = made.Count(m => !m.New), ["promptsLeftOut"] = made.Sum(m => m.Projector.LeftOut),
        };
        db.Publish(new BridgeTrained(manifest.TenantId, manifest.MemoryId, manifest.LlmId, encoders, probes, id, metrics), time);
    }
}
