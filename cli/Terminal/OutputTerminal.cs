using Spectre.Console;

namespace MindBridge.Cli.Terminal;

/// <summary>What stdout can show: tables and stories go there.</summary>
internal static class OutputTerminal
{
    // In a file or a pipe there is no window to fit into: wide enough that no figure breaks, without colours.
    private const int UnboundedWidth = 160;

    /// <summary>To be called once, before the first table.</summary>
    public static void Configure()
    {
        if (!Console.IsOutputRedirected) return;
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        AnsiConsole.Profile.Width = UnboundedWidth;
    }
}
