using System.Globalization;
using System.Text;
using MindBridge.Memory;

namespace MindBridge.Cli.Terminal;

/// <summary>
/// Shows the progress of a job on stderr: one line that redraws itself on a terminal, and a plain line every few seconds where stderr is a file or a pipe.
/// </summary>
internal sealed class ProgressLine : IProgress<TrainingProgress>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenPlainLines = TimeSpan.FromSeconds(15);

    private readonly TextWriter writer = Console.Error;
    private readonly bool redraws = !Console.IsErrorRedirected;
    private readonly Lock gate = new();
    private string? phase;
    private TimeSpan printed;
    private int drawn;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        lock (gate)
        {
            if (redraws) Draw(value);
            else Print(value);
        }
    }

    /// <summary>Ends the current line, so that other output starts on a new one.</summary>
    public void Dispose()
    {
        lock (gate) EndLine();
    }

    /// <summary>What is shown of a report, without the bar.</summary>
    internal static string Describe(TrainingProgress value)
    {
        var text = new StringBuilder(value.Phase);
        text.Append(CultureInfo.InvariantCulture, $"  {value.Step:N0}");
        if (value.Steps > 0) text.Append(CultureInfo.InvariantCulture, $"/{value.Steps:N0}");
        if (double.IsFinite(value.Loss)) text.Append(CultureInfo.InvariantCulture, $"  loss {value.Loss:0.000}");
        foreach (var (part, loss) in value.Parts) text.Append(CultureInfo.InvariantCulture, $"  {part} {loss:0.000}");
        if (double.IsFinite(value.LearningRate)) text.Append(CultureInfo.InvariantCulture, $"  rate {value.LearningRate:0.0e0}");
        text.Append(value.Finished ? $"  {Short(value.Elapsed)}" : $"  {Short(value.Remaining)} left");
        return text.ToString();
    }

    private static string Short(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private void Draw(TrainingProgress value)
    {
        if (phase != value.Phase && phase is not null) EndLine();
        phase = value.Phase;
        var done = value.Steps > 0 ? Math.Clamp((double)value.Step / value.Steps, 0, 1) : 0;
        var filled = (int)Math.Round(done * BarWidth);
        var line = $"{new string('█', filled)}{new string('░', BarWidth - filled)} {Describe(value)}";
        var room = Math.Max(20, Width() - 1);
        if (line.Length > room) line = line[..room];
        // Spaces over what a longer line left behind.
        writer.Write('\r' + line.PadRight(drawn));
        drawn = line.Length;
        if (value.Finished) EndLine();
    }

    private void Print(TrainingProgress value)
    {
        var begins = phase != value.Phase;
        if (!begins && !value.Finished && value.Elapsed - printed < BetweenPlainLines) return;
        (phase, printed) = (value.Phase, value.Elapsed);
        writer.WriteLine(Describe(value));
    }

    private void EndLine()
    {
        if (redraws && drawn > 0) writer.WriteLine();
        (drawn, phase) = (0, null);
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80; // a terminal that does not tell
        }
    }
}
