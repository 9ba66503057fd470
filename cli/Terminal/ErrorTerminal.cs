using Spectre.Console;

namespace MindBridge.Cli.Terminal;

/// <summary>What stderr can show: progress and notes go there, results to stdout.</summary>
internal sealed class ErrorTerminal
{
    private readonly IAnsiConsole? console = Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>A line can be drawn again in its place.</summary>
    public bool Redraws => console?.Profile.Capabilities.Ansi ?? false;

    /// <summary>Columns; follows the window.</summary>
    public int Width => console?.Profile.Width is > 20 and var width ? width : 80;

    /// <summary>Goes to the beginning of the line and empties it.</summary>
    public string Clear => Redraws ? "\r\u001b[2K" : "";

    /// <summary>The text in one of the terminal's colours (32 green, 36 cyan, 90 grey), where it has colours.</summary>
    public string Coloured(string text, int colour) =>
        Redraws && console!.Profile.Capabilities.ColorSystem is not ColorSystem.NoColors ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
