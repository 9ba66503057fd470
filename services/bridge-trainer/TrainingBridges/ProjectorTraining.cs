using Microsoft.EntityFrameworkCore;
using MindBridge.Artifacts;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.Memory;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.BridgeTrainer.TrainingBridges;

/// <summary>Trains the projector from one encoder to an LLM version, or finds the one that is there: only shards that changed cost anything.</summary>
internal sealed class ProjectorTraining(
    BridgeSettings settings, BridgeRecipes recipes, IArtifactStore store, [FromKeyedServices(BridgeContext.Schema)] ArtifactCache encoders, [FromKeyedServices(BridgeContext.Schema)] WorkFolders folders,
    IDbContextFactory<BridgeContext> contexts, TimeProvider time, ILogger<ProjectorTraining> logger)
{
    /// <returns>The projector, and whether it was trained just now.</returns>
    public async Task<(TrainedProjector Projector, bool New)> TrainAsync(LeasedJob<BridgeContext> job, Wire.ShardEncoder part, Wire.LlmVersion llm, string llmFolder, CancellationToken cancellationToken)
    {
        var recipe = recipes.HashFor(part.EditCount);
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var there = await db.Projectors.AsNoTracking().SingleOrDefaultAsync(p => p.EncoderId == part.EncoderId && p.LlmHash == llm.ContentHash && p.RecipeHash == recipe, cancellationToken);
            if (there is not null) return (there, false);
        }

        using var encoder = await encoders.TakeAsync(new ArtifactId(part.EncoderId), cancellationToken);
        using var folder = folders.Open(job.Id, job.Fence);
        var texts = TrainingTexts.Read(encoder.Folder);
        var whole = new BridgeTrainingData { Edits = texts.Edits, OutOfScope = texts.OutOfScope, Prefixes = texts.Prefixes, Validation = texts.Validation };
        var fitting = FittingTexts.Of(whole, recipes.For(part.EditCount), llmFolder);
        var leftOut = whole.Edits.Count - fitting.Edits.Count + whole.OutOfScope.Count - fitting.OutOfScope.Count;
        if (leftOut > 0) logger.LogWarning("{Count} prompts of encoder {Encoder} take more tokens than {Name} holds and are left out of the bridge", leftOut, part.EncoderId, llm.Name);

        var outFolder = Path.Combine(folder.Path, "projector");
        var watched = new WatchedWork<BridgeContext>(job, store, outFolder + ".checkpoint", settings.CheckpointEvery, time, logger);
        await watched.FetchAsync(cancellationToken);
        var trained = await watched.RunAsync(
            token => Memory.Bridging.BridgeTrainer.TrainAsync(
                recipes.For(part.EditCount), fitting, [encoder.Folder], llmFolder, outFolder,
                new Each<TrainingProgress>(p => watched.Report(new JobProgress(p.Step, p.Steps, double.IsFinite(p.Loss) ? p.Loss : null, p.Remaining))),
                new Each<string>(note => logger.LogInformation("{Note}", note)),
                token),
            cancellationToken);

        Artifact.ForgetTimings(outFolder);
        var made = new TrainedProjector
        {
            EncoderId = part.EncoderId,
            LlmHash = llm.ContentHash,
            RecipeHash = recipe,
            ProjectorId = (await store.SaveFolderAsync(outFolder, cancellationToken)).Value,
            LeftOut = leftOut,
            TrainSeconds = trained.ProcessorSeconds,
            TrainedAt = time.GetUtcNow(),
        };
        await NeedUnchangedAsync(part.EncoderId, encoder.Folder, cancellationToken);
        await KeepAsync(made, cancellationToken);
        await watched.ForgetAsync();
        return (made, true);
    }

    private static async Task NeedUnchangedAsync(string encoder, string folder, CancellationToken cancellationToken)
    {
        var now = await ArtifactFolders.IdOfFolderAsync(folder, cancellationToken);
        if (now.Value != encoder) throw new InvalidDataException($"the encoder {encoder} was {now} after it had been bridged; something wrote to {folder}, see that nothing does and retry the job");
    }

    // Not under the job's fence, and it need not be: whoever trains it, from these inputs it is this projector. Of two at once the first stays.
    private async Task KeepAsync(TrainedProjector made, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Projectors.Add(made);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            if (!await db.Projectors.AsNoTracking().AnyAsync(p => p.EncoderId == made.EncoderId && p.LlmHash == made.LlmHash && p.RecipeHash == made.RecipeHash, cancellationToken)) throw;
        }
    }

    // Progress<T> would post to another thread, out of order.
    private sealed class Each<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
