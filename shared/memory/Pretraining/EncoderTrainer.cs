using MindBridge.Artifacts;
using MindBridge.Memory.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Pretraining;

/// <summary>A finished stage I.</summary>
/// <param name="ArtifactId">The encoder's id.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Skipped">Steps left out because their loss was not finite.</param>
/// <param name="ProcessorSeconds">Processor time of all cores, in all runs that led here.</param>
/// <param name="WallSeconds">Wall time, likewise.</param>
/// <param name="Reused">True when the folder already held the very encoder that was asked for.</param>
/// <param name="Curve">Losses and validation scores by epoch.</param>
public sealed record TrainedEncoder(
    string ArtifactId, string Folder, long Steps, long Skipped, double ProcessorSeconds, double WallSeconds, bool Reused, IReadOnlyList<CurvePoint> Curve);

/// <summary>
/// Stage I, memory modality pre-training (METHOD section 2): from a base encoder and edits to an encoder artifact. LLM-agnostic, done once for each shard. Killed or
/// cancelled at any moment, the same call goes on from the last checkpoint and ends with the same artifact.
/// </summary>
public static class EncoderTrainer
{
    /// <summary>Trains and writes the artifact (kind "encoder": a Hugging Face folder, the heads, the keys of the edits, and a manifest).</summary>
    /// <param name="settings">The recipe.</param>
    /// <param name="data">Edits, out-of-scope prompts, prefixes and validation probes.</param>
    /// <param name="baseFolder">A Hugging Face folder of the BERT family; also the frozen copy.</param>
    /// <param name="outFolder">Where the artifact goes; a checkpoint lies beside it until it is done.</param>
    /// <param name="progress">Told of every step, at most ten times a second.</param>
    /// <param name="notes">Told, in a sentence, of what a user should know: a checkpoint left aside, a run resumed.</param>
    /// <param name="cancellationToken">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="ArgumentException">A setting cannot be used, or there are no edits.</exception>
    /// <exception cref="InvalidDataException">An edit or the base encoder cannot be used, or no step had a finite loss.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no base folder.</exception>
    public static Task<TrainedEncoder> TrainAsync(EncoderTrainingSettings settings, EncoderTrainingData data, string baseFolder, string outFolder,
        IProgress<TrainingProgress>? progress = null, IProgress<string>? notes = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Train(settings, data, baseFolder, outFolder, progress, notes, cancellationToken), cancellationToken);

    private static TrainedEncoder Train(EncoderTrainingSettings settings, EncoderTrainingData data, string baseFolder, string outFolder,
        IProgress<TrainingProgress>? progress, IProgress<string>? notes, CancellationToken cancellationToken)
    {
        settings.Validate();
        Artifact.RefuseTarget(outFolder, "encoder");
        if (data.Edits.Count == 0) throw new ArgumentException("there are no edits to train on; give at least one");
        if (!Directory.Exists(baseFolder)) throw new DirectoryNotFoundException($"{baseFolder}: there is no such folder; give the folder of a BERT or DistilBERT model");
        settings = settings.Resolved(data.Edits.Count);
        var inputs = new
        {
            BaseModel = ContentIdentity.Of(baseFolder),
            Edits = Artifact.HashOfValue(data.Edits),
            OutOfScope = Artifact.HashOfValue(data.OutOfScope),
            Prefixes = Artifact.HashOfValue(data.Prefixes),
            Validation = Artifact.HashOfValue(data.Validation),
            EditCount = data.Edits.Count,
            // Absent without a warm start, and then the id is what it was before there were any.
            Start = data.StartFolder is { } start ? StartOf(start, baseFolder) : null,
        };
        if (TrainingRun.Finished("encoder", inputs, settings, outFolder) is { } done)
        {
            notes?.Report($"{outFolder} already holds this encoder; nothing to train");
            return new TrainedEncoder(done.Id, outFolder, 0, 0, 0, 0, Reused: true, []);
        }

        var checkpoint = new Checkpoint<TrainingState>(TrainingRun.CheckpointOf(outFolder), Artifact.HashOfValue(new { inputs, settings }));
        var clock = new TrainingClock();
        using var training = new EncoderTraining(settings, data, baseFolder);
        var state = training.Run(checkpoint, clock, progress, notes, cancellationToken);
        var artifact = Artifact.Write("encoder", inputs, settings, inputs.Start is null ? [inputs.BaseModel] : [inputs.BaseModel, inputs.Start],
            new { state.Step, state.Skipped, state.BestEpoch, BestScore = state.Best, state.ProcessorSeconds, state.WallSeconds, state.Curve },
            folder => training.Save(folder, baseFolder, data), outFolder);
        checkpoint.Delete();
        return new TrainedEncoder(artifact.Id, outFolder, state.Step, state.Skipped, state.ProcessorSeconds, state.WallSeconds, Reused: false, state.Curve);
    }

    private static string StartOf(string folder, string baseFolder)
    {
        var start = Artifact.Open(folder, "encoder");
        var (its, ours) = (start.Inputs["baseModel"]?.GetValue<string>(), ContentIdentity.Of(baseFolder));
        return its == ours ? start.Id : throw new InvalidDataException($"{folder} was trained from the base model {its}, this run's is {ours}; start from an encoder of the same base model, or without one");
    }
}
