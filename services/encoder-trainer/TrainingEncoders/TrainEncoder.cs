using Microsoft.EntityFrameworkCore;
using MindBridge.Artifacts;
using MindBridge.Contracts;
using MindBridge.EncoderTrainer.Hosting;
using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.Memory;
using MindBridge.Memory.FactTexts;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Splits;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;

namespace MindBridge.EncoderTrainer.TrainingEncoders;

/// <summary>A shard that changed.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="MemoryId">Of which memory.</param>
/// <param name="ShardId">Which.</param>
/// <param name="CommitId">The commit that changed it.</param>
/// <param name="Sequence">That commit's place.</param>
/// <param name="ContentHash">The order to train by.</param>
/// <param name="StartEncoder">The encoder to begin with; null for the base model. Chosen once, so that every attempt makes the same.</param>
internal sealed record ShardToTrain(string Tenant, Guid MemoryId, Guid ShardId, Guid CommitId, long Sequence, string ContentHash, string? StartEncoder);

/// <summary>Trains a shard's encoder, unless a later commit wants another and this one was not begun.</summary>
internal sealed class TrainEncoder(
    EncoderSettings settings, BaseModel baseModel, CommitsUnderWay underWay, ShardOrders orders, IArtifactStore store, [FromKeyedServices(EncoderContext.Schema)] ArtifactCache encoders, [FromKeyedServices(EncoderContext.Schema)] WorkFolders folders, TrainingTurn turns,
    TimeProvider time, ILogger<TrainEncoder> logger) : IWork<EncoderContext>
{
    public const string JobKind = "train-encoder";

    public string Kind => JobKind;

    public static string KeyOf(Guid shard, string contentHash) => $"{shard}/{contentHash}";

    public async Task RunAsync(LeasedJob<EncoderContext> job, CancellationToken cancellationToken)
    {
        var shard = job.Payload<ShardToTrain>();
        using var turn = await turns.TakeAsync(cancellationToken);
        if (await underWay.SupersededByAsync(shard, cancellationToken) is { } later)
        {
            await job.SupersedeAsync($"commit {later} wants other edits in this shard", cancellationToken: cancellationToken);
            return;
        }

        var order = await orders.LoadAsync<ShardOrder>(shard.ContentHash, cancellationToken);
        if (order.BaseModel != baseModel.Identity)
            throw new InvalidDataException($"this shard wants an encoder of the base model {order.BaseModel}, Encoder:BaseModel is {baseModel.Folder} ({baseModel.Identity}); give every encoder-trainer the same base model, or commit the memory again");
        var outOfScope = order.OutOfScope is null ? [] : await orders.LoadAsync<IReadOnlyList<GeneralPrompt>>(order.OutOfScope, cancellationToken);
        var prefixes = order.Prefixes is null ? GeneralPrompts.Prefixes : await orders.LoadAsync<IReadOnlyList<string>>(order.Prefixes, cancellationToken);
        var texts = ShardTexts.Of(order, outOfScope, prefixes, baseModel.Folder);
        foreach (var (edit, reason) in texts.Quarantined) logger.LogWarning("edit {Sequence} of memory {Memory} is left out: {Reason}", edit.Sequence, shard.MemoryId, reason);
        if (texts.Training is null) await job.CompleteAsync(db => KeepAsync(db, shard, texts, null), cancellationToken);
        else await TrainAsync(job, shard, order, texts, cancellationToken);
    }

    private async Task TrainAsync(LeasedJob<EncoderContext> job, ShardToTrain shard, ShardOrder order, ShardTexts texts, CancellationToken cancellationToken)
    {
        using var folder = folders.Open(job.Id, job.Fence);
        using var start = shard.StartEncoder is { } id ? await encoders.TakeAsync(new ArtifactId(id), cancellationToken) : null;
        var recipe = order.Recipe with { CheckpointEvery = settings.CheckpointEvery };
        if (start is not null) recipe = recipe with { Epochs = order.WarmEpochs };
        var outFolder = Path.Combine(folder.Path, "encoder");
        var watched = new WatchedWork<EncoderContext>(job, store, outFolder + ".checkpoint", settings.CheckpointEvery, time, logger);
        await watched.FetchAsync(cancellationToken);
        var trained = await watched.RunAsync(
            token => EncoderTrainer(recipe, texts.Training! with { StartFolder = start?.Folder }, outFolder, watched, token), cancellationToken);

        Artifact.ForgetTimings(outFolder);
        var made = new Made(trained, start is not null, (await store.SaveFolderAsync(outFolder, cancellationToken)).Value, (await store.SaveAsync(ProbeLines.Of(texts.Probes), cancellationToken)).Value);
        await job.CompleteAsync(db => KeepAsync(db, shard, texts, made), cancellationToken);
        await watched.ForgetAsync();
    }

    private Task<TrainedEncoder> EncoderTrainer(EncoderTrainingSettings recipe, EncoderTrainingData data, string outFolder, WatchedWork<EncoderContext> watched, CancellationToken cancellationToken) =>
        Memory.Pretraining.EncoderTrainer.TrainAsync(
            recipe, data, baseModel.Folder, outFolder,
            new Each<TrainingProgress>(p => watched.Report(new JobProgress(p.Step, p.Steps, double.IsFinite(p.Loss) ? p.Loss : null, p.Remaining))),
            new Each<string>(note => logger.LogInformation("{Note}", note)),
            cancellationToken);

    private async Task KeepAsync(EncoderContext db, ShardToTrain shard, ShardTexts texts, Made? made)
    {
        var now = time.GetUtcNow();
        foreach (var (edit, reason) in texts.Quarantined)
        {
            if (await db.Quarantined.AnyAsync(q => q.MemoryId == shard.MemoryId && q.Sequence == edit.Sequence)) continue;
            db.Quarantined.Add(new QuarantinedEdit { MemoryId = shard.MemoryId, Sequence = edit.Sequence, FactId = edit.Fact, Reason = reason, FoundAt = now });
        }

        // A job that was reopened while it ended finds its work done.
        if (await db.Encoders.AnyAsync(e => e.ShardId == shard.ShardId && e.ContentHash == shard.ContentHash)) return;
        db.Encoders.Add(new ShardEncoder
        {
            ShardId = shard.ShardId,
            ContentHash = shard.ContentHash,
            MemoryId = shard.MemoryId,
            CommitId = shard.CommitId,
            CommitSequence = shard.Sequence,
            EncoderId = made?.EncoderId,
            ProbeSetId = made?.ProbeSetId,
            EditCount = texts.Training?.Edits.Count ?? 0,
            TrainSeconds = made?.Trained.ProcessorSeconds ?? 0,
            TrainedAt = now,
        });
        if (made is not null) db.Publish(new EncoderTrained(shard.Tenant, shard.MemoryId, shard.ShardId, shard.CommitId, made.EncoderId, made.ProbeSetId, MetricsOf(texts, made)), time);
    }

    private static Dictionary<string, double> MetricsOf(ShardTexts texts, Made made)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["edits"] = texts.Training!.Edits.Count,
            ["quarantined"] = texts.Quarantined.Count,
            ["probes"] = texts.Probes.Count,
            ["warmStart"] = made.Warm ? 1 : 0,
            ["steps"] = made.Trained.Steps,
            ["trainSeconds"] = made.Trained.ProcessorSeconds,
            ["wallSeconds"] = made.Trained.WallSeconds,
        };
        foreach (var (part, loss) in made.Trained.Curve.Count > 0 ? made.Trained.Curve[^1].Losses : new Dictionary<string, double>()) metrics["loss " + part] = loss;
        foreach (var (score, value) in made.Trained.Curve.LastOrDefault(point => point.Scores is not null)?.Scores ?? new Dictionary<string, double>()) metrics[score] = value;
        return metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary(StringComparer.Ordinal);
    }

    private sealed record Made(TrainedEncoder Trained, bool Warm, string EncoderId, string ProbeSetId);

    // Progress<T> would post to another thread, out of order.
    private sealed class Each<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
