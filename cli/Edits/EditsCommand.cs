using System.CommandLine;

namespace MindBridge.Cli.Edits;

/// <summary><c>mindbridge edits …</c>: look at edit files.</summary>
internal static class EditsCommand
{
    public static Command Create() => new("edits", "Look at edit files before training on them.") { EditsCheckCommand.Create() };
}
