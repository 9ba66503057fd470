namespace MindBridge.Cli.Terminal;

/// <summary>Says on stderr, a line each, what a user should know of a running job.</summary>
internal sealed class ConsoleNotes : IProgress<string>
{
    /// <inheritdoc/>
    public void Report(string value) => Console.Error.WriteLine($"mindbridge: {value}");
}
