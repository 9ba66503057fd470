using System.Diagnostics;

namespace MindBridge.Memory.Checkpoints;

/// <summary>
/// Wall and processor time of a training, from before its models are read. Processor time is the cost that is compared: unlike wall time it does not depend on what else the machine does.
/// </summary>
internal sealed class TrainingClock
{
    private readonly Stopwatch wall = Stopwatch.StartNew();
    private readonly TimeSpan processor = Environment.CpuUsage.TotalTime;
    private (double Wall, double Processor) before;

    /// <summary>Counts on from what earlier runs took.</summary>
    public void GoOnFrom(TrainingState state) => before = (state.WallSeconds, state.ProcessorSeconds);

    /// <summary>Writes the times so far, in seconds, into the state.</summary>
    public void Read(TrainingState state)
    {
        state.WallSeconds = before.Wall + wall.Elapsed.TotalSeconds;
        state.ProcessorSeconds = before.Processor + (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
    }
}
