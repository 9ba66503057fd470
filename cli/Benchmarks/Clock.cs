using System.Diagnostics;

namespace MindBridge.Cli.Benchmarks;

/// <summary>Wall time, or this process's processor time (<c>bench --cpu</c>), in seconds.</summary>
internal static class Clock
{
    public static bool CountsProcessorTime { get; set; }

    /// <summary>What a peer calls the clock in use.</summary>
    public static string Name => CountsProcessorTime ? "cpu" : "wall";

    /// <summary>How long <paramref name="work"/> takes.</summary>
    public static double Time(Action work)
    {
        if (!CountsProcessorTime)
        {
            var clock = Stopwatch.StartNew();
            work();
            return clock.Elapsed.TotalSeconds;
        }
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
