namespace MindBridge.Memory;

/// <summary>
/// Turns "one more step" into <see cref="TrainingProgress"/> reports with a smoothed loss, the elapsed time and an estimate of what remains,
/// at most about ten reports a second so that reporting never costs training time.
/// </summary>
public sealed class ProgressMeter
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly IProgress<TrainingProgress>? progress;
    private readonly string phase;
    private readonly long steps;
    private readonly long first;
    private readonly TimeProvider clock;
    private readonly long began;
    private long reportedAt;
    private bool reported;
    private double loss = double.NaN;

    /// <summary>Starts the clock of a phase of <paramref name="steps"/> steps; <paramref name="done"/> of them were done before a resumption.</summary>
    public ProgressMeter(IProgress<TrainingProgress>? progress, string phase, long steps, long done = 0, TimeProvider? clock = null)
    {
        this.progress = progress;
        this.phase = phase;
        this.steps = steps;
        first = done;
        this.clock = clock ?? TimeProvider.System;
        began = this.clock.GetTimestamp();
    }

    /// <summary>Time since the phase began in this process.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(began);

    /// <summary>Says that <paramref name="step"/> steps are done, the last one at this loss (NaN for none) and learning rate.</summary>
    public void Report(long step, double stepLoss = double.NaN, double learningRate = double.NaN, IReadOnlyDictionary<string, double>? parts = null)
    {
        // A skipped, non-finite step must not poison the running mean.
        if (double.IsFinite(stepLoss)) loss = double.IsNaN(loss) ? stepLoss : (0.95 * loss) + (0.05 * stepLoss);
        if (progress is null) return;
        var last = steps > 0 && step >= steps;
        if (reported && !last && clock.GetElapsedTime(reportedAt) < Interval) return;
        (reported, reportedAt) = (true, clock.GetTimestamp());
        var elapsed = Elapsed;
        var here = Math.Max(1, step - first);
        var remaining = steps > step ? elapsed * ((double)(steps - step) / here) : TimeSpan.Zero;
        progress.Report(new TrainingProgress(phase, step, steps, loss, learningRate, elapsed, remaining, parts ?? NoParts));
    }

    private static readonly Dictionary<string, double> NoParts = [];
}
