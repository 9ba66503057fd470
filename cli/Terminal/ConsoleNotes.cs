namespace MindBridge.Cli.Terminal;

/// <summary>Says on stderr, a line each, what a user should know of a running job. A progress line that is being drawn makes way and is drawn again below.</summary>
internal sealed class ConsoleNotes : IProgress<string>
{
    private readonly ErrorTerminal terminal = new();

    /// <inheritdoc/>
    public void Report(string value) => Console.Error.Write($"{terminal.Clear}mindbridge: {value}{Environment.NewLine}");
}
