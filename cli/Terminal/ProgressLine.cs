using System.Globalization;
using System.Text;
using MindBridge.Memory;

namespace MindBridge.Cli.Terminal;

/// <summary>
/// Shows the progress of a job on stderr: on a terminal one line with a bar that is drawn again in its place, elsewhere (a file, a pipe) a plain line at the
/// beginning and the end of each phase and every fifteen seconds between.
/// </summary>
internal sealed class ProgressLine : IProgress<TrainingProgress>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenPlainLines = TimeSpan.FromSeconds(15);

    private readonly TextWriter writer = Console.Error;
    private readonly ErrorTerminal terminal = new();
    private readonly Lock gate = new();
    private string? phase;
    private TimeSpan printed;
    private bool drawn;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        lock (gate)
        {
            if (terminal.Redraws) Draw(value);
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

    /// <summary>A bar of <see cref="BarWidth"/> cells; an eighth of a cell is visible.</summary>
    internal static (string Done, string Left) Bar(double share)
    {
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth * 8);
        var (whole, part) = Math.DivRem(eighths, 8);
        var done = new string('█', whole) + (part > 0 ? "▏▎▍▌▋▊▉"[part - 1].ToString() : "");
        return (done, new string('░', BarWidth - done.Length));
    }

    private static string Short(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private void Draw(TrainingProgress value)
    {
        if (drawn && phase != value.Phase) EndLine();
        phase = value.Phase;
        var (done, left) = Bar(value.Steps > 0 ? (double)value.Step / value.Steps : 0);
        // A line that wrapped could not be drawn again in its place.
        var room = Math.Max(10, terminal.Width - BarWidth - 3);
        var text = Describe(value);
        if (text.Length > room) text = text[..room];
        writer.Write($"{terminal.Clear}{terminal.Coloured(done, value.Finished ? 32 : 36)}{terminal.Coloured(left, 90)}  {text}");
        drawn = true;
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
        if (drawn) writer.WriteLine();
        (drawn, phase) = (false, null);
    }
}
