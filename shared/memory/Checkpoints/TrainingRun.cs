using System.Diagnostics;
using MindBridge.Artifacts;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Checkpoints;

/// <summary>What differs between the two stages, seen from their common loop.</summary>
/// <typeparam name="TReading">What one step reads, built ahead on another thread.</typeparam>
internal interface ITrainable<TReading>
{
    /// <summary>Name of the phase in progress reports.</summary>
    string Phase { get; }

    long Steps { get; }

    long StepsPerEpoch { get; }

    double LearningRateAt(long step);

    /// <summary>Builds what a step reads: a pure function of the step, called for one step at a time.</summary>
    TReading Build(long step);

    /// <summary>The step's loss with its graph, and its parts by name.</summary>
    (Tensor Total, IReadOnlyList<KeyValuePair<string, Tensor>> Parts) Loss(long step, TReading reading);

    /// <summary>Validation scores at the end of an epoch, "score" among them and, where it is known, its standard "error"; null when none are due.</summary>
    IReadOnlyDictionary<string, double>? Validate(int epoch, bool last);

    /// <summary>The weights were changed from outside (a checkpoint, the best weights).</summary>
    void WeightsChanged();
}

/// <summary>
/// The loop of both stages: steps, checkpoints, validation, the best weights, early stopping, progress. All that a resumed run needs is the step number, the weights and the optimizer.
/// </summary>
internal sealed class TrainingRun<TReading>(ITrainable<TReading> work, Optimizer optimizer, BestWeights? best, int? patience, TimeSpan checkpointEvery, Checkpoint<TrainingState> checkpoint, TrainingClock clock)
{
    private const int HopelessAfter = 200;
    private TrainingState state = new();

    private IReadOnlyList<KeyValuePair<string, Tensor>> Remembered => best is null ? optimizer.Weights : [.. optimizer.Weights, .. best.Copies];

    /// <summary>Trains to the end; afterwards the weights are those to save.</summary>
    public TrainingState Run(IProgress<TrainingProgress>? progress, IProgress<string>? notes, CancellationToken cancellationToken)
    {
        if (checkpoint.TryRead(Remembered, optimizer.Load, out var saved, out var ignored))
        {
            state = saved;
            optimizer.Skipped = state.Skipped;
            work.WeightsChanged();
            notes?.Report($"{work.Phase}: going on from step {state.Step} of {work.Steps}");
        }
        else if (ignored is not null) notes?.Report(ignored);

        var meter = new ProgressMeter(progress, work.Phase, work.Steps, state.Step);
        clock.GoOnFrom(state);
        var written = Stopwatch.StartNew();
        Task<TReading>? next = null;
        try
        {
            while (state.Step < work.Steps && !(state.SinceBest > patience))
            {
                if (cancellationToken.IsCancellationRequested || written.Elapsed >= checkpointEvery)
                {
                    clock.Read(state);
                    checkpoint.Write(state, Remembered, optimizer.Save);
                    written.Restart();
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var step = state.Step;
                var reading = next is null ? work.Build(step) : next.GetAwaiter().GetResult();
                next = step + 1 < work.Steps ? Task.Run(() => work.Build(step + 1), CancellationToken.None) : null;
                var (loss, rate, parts) = Step(step, reading);
                meter.Report(state.Step, loss, rate, parts);
            }

            if (state.Best is not null) best?.Restore();
            work.WeightsChanged();
            clock.Read(state);
            return state;
        }
        finally
        {
            // A build in flight must not outlive the run.
            next?.Wait(CancellationToken.None);
        }
    }

    private (double Loss, double Rate, Dictionary<string, double> Parts) Step(long step, TReading reading)
    {
        var rate = work.LearningRateAt(step);
        double loss;
        var parts = new Dictionary<string, double>();
        using (NewDisposeScope())
        {
            var (total, tensors) = work.Loss(step, reading);
            loss = total.item<float>();
            foreach (var (name, part) in tensors) parts[name] = part.item<float>();
            if (optimizer.Step(total, loss, rate)) foreach (var (name, value) in parts) state.Add(name, value);
        }

        state.Step++;
        state.Skipped = optimizer.Skipped;
        if (optimizer.SkippedInARow >= HopelessAfter || (state.Step == work.Steps && state.Skipped == work.Steps))
            throw new InvalidDataException($"the last {optimizer.SkippedInARow} steps had no finite loss; give a lower learning rate (the last was {rate:g3}) or check the weights of the models");
        if (state.Step % work.StepsPerEpoch == 0) EndEpoch((int)(state.Step / work.StepsPerEpoch));
        return (loss, rate, parts);
    }

    private void EndEpoch(int epoch)
    {
        var scores = best is null ? null : work.Validate(epoch, state.Step == work.Steps);
        if (scores is not null)
        {
            // Scores of a few hundred probes differ by chance; of two that cannot be told apart the weights trained longer are kept.
            var (score, highest) = (scores["score"], state.Highest ?? double.NegativeInfinity);
            if (score > highest - scores.GetValueOrDefault("error"))
            {
                best!.Keep();
                (state.Best, state.BestEpoch) = (score, epoch);
            }

            state.SinceBest = score > highest ? 0 : state.SinceBest + 1;
            state.Highest = Math.Max(score, highest);
        }

        state.Point(epoch, scores);
    }
}

/// <summary>Where a run keeps its checkpoint, and whether it is done already.</summary>
internal static class TrainingRun
{
    /// <summary>Where the checkpoint of a run that writes to <paramref name="outFolder"/> lies.</summary>
    public static string CheckpointOf(string outFolder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder)) + ".checkpoint";

    /// <summary>The artifact in <paramref name="outFolder"/> when it was made from these very inputs and settings.</summary>
    public static Artifact? Finished(string kind, object inputs, object settings, string outFolder)
    {
        if (!Artifact.Exists(outFolder)) return null;
        var artifact = Artifact.Open(outFolder);
        return artifact.Kind == kind && CanonicalJson.Of(artifact.Inputs) == CanonicalJson.Of(inputs) && CanonicalJson.Of(artifact.Settings) == CanonicalJson.Of(settings)
            ? artifact : null;
    }
}
