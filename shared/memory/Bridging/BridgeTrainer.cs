using MindBridge.Artifacts;
using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Memory.Bridging;

/// <summary>A finished stage II.</summary>
/// <param name="ArtifactId">The bridge's id.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Skipped">Steps left out because their loss was not finite.</param>
/// <param name="ProcessorSeconds">Processor time of all cores, in all runs that led here; features and teacher states included.</param>
/// <param name="WallSeconds">Wall time, likewise.</param>
/// <param name="Reused">True when the folder already held the very bridge that was asked for.</param>
/// <param name="Curve">Losses and validation scores by epoch.</param>
public sealed record TrainedBridge(
    string ArtifactId, string Folder, long Steps, long Skipped, double ProcessorSeconds, double WallSeconds, bool Reused, IReadOnlyList<CurvePoint> Curve);

/// <summary>
/// Stage II, memory modality bridging (METHOD section 3): from encoders and a frozen LLM to a bridge artifact. Only the projectors train; the encoders' bytes stay as they are.
/// Killed or cancelled at any moment, the same call goes on from the last checkpoint and ends with the same artifact.
/// </summary>
public static class BridgeTrainer
{
    /// <summary>Trains and writes the artifact (kind "bridge": the projectors and a manifest).</summary>
    /// <param name="settings">The recipe.</param>
    /// <param name="data">Edits, out-of-scope prompts, prefixes and validation probes.</param>
    /// <param name="encoderFolders">Trained encoders; several make a Multi-MindBridge (their soft prompts one behind the other).</param>
    /// <param name="llmFolder">The LLM.</param>
    /// <param name="outFolder">Where the artifact goes; a checkpoint lies beside it until it is done.</param>
    /// <param name="progress">Told of every step, at most ten times a second.</param>
    /// <param name="notes">Told, in a sentence, of what a user should know: a checkpoint left aside, a run resumed.</param>
    /// <param name="cancellationToken">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="ArgumentException">A setting or a prompt cannot be used, or there are no edits.</exception>
    /// <exception cref="InvalidDataException">An encoder or the LLM is damaged, or no step had a finite loss.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder does not exist.</exception>
    public static Task<TrainedBridge> TrainAsync(BridgeTrainingSettings settings, BridgeTrainingData data, IReadOnlyList<string> encoderFolders, string llmFolder, string outFolder,
        IProgress<TrainingProgress>? progress = null, IProgress<string>? notes = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Train(settings, data, encoderFolders, llmFolder, outFolder, progress, notes, cancellationToken), cancellationToken);

    private static TrainedBridge Train(BridgeTrainingSettings settings, BridgeTrainingData data, IReadOnlyList<string> encoderFolders, string llmFolder, string outFolder,
        IProgress<TrainingProgress>? progress, IProgress<string>? notes, CancellationToken cancellationToken)
    {
        settings.Validate();
        Artifact.RefuseTarget(outFolder, "bridge");
        if (data.Edits.Count == 0) throw new ArgumentException("there are no edits to train on; give at least one");
        if (encoderFolders.Count == 0) throw new ArgumentException("there is no encoder to bridge; give the folder of at least one");
        if (!Directory.Exists(llmFolder)) throw new DirectoryNotFoundException($"{llmFolder}: there is no such folder; give the folder of an LLM");
        settings = settings.Resolved();
        string[] encoders = [.. encoderFolders.Select(ContentIdentity.Of)];
        if (encoders.Distinct(StringComparer.Ordinal).Count() < encoders.Length) throw new ArgumentException($"one encoder is given twice ({string.Join(", ", encoderFolders)}); give each shard's once");
        var inputs = new
        {
            Encoders = encoders,
            Llm = ContentIdentity.Of(llmFolder),
            Edits = Artifact.HashOfValue(data.Edits),
            OutOfScope = Artifact.HashOfValue(data.OutOfScope),
            Prefixes = Artifact.HashOfValue(data.Prefixes),
            Validation = Artifact.HashOfValue(data.Validation),
            EditCount = data.Edits.Count,
        };
        if (TrainingRun.Finished("bridge", inputs, settings, outFolder) is { } done)
        {
            notes?.Report($"{outFolder} already holds this bridge; nothing to train");
            return new TrainedBridge(done.Id, outFolder, 0, 0, 0, 0, Reused: true, []);
        }

        var checkpoint = new Checkpoint<TrainingState>(TrainingRun.CheckpointOf(outFolder), Artifact.HashOfValue(new { inputs, settings }));
        var clock = new TrainingClock();
        using var training = new BridgeTraining(settings, data, encoderFolders, llmFolder, progress, cancellationToken);
        var state = training.Run(checkpoint, clock, progress, notes, cancellationToken);
        var artifact = Artifact.Write("bridge", inputs, settings, [.. inputs.Encoders, inputs.Llm],
            new { state.Step, state.Skipped, state.BestEpoch, BestScore = state.Best, state.ProcessorSeconds, state.WallSeconds, state.Curve },
            training.Save, outFolder);
        checkpoint.Delete();
        return new TrainedBridge(artifact.Id, outFolder, state.Step, state.Skipped, state.ProcessorSeconds, state.WallSeconds, Reused: false, state.Curve);
    }
}
