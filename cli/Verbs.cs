using System.CommandLine;
using MindBridge.Cli.Tokenizing;

namespace MindBridge.Cli;

/// <summary>Every verb of the command line, in the order <c>--help</c> lists them.</summary>
internal static class Verbs
{
    public static IEnumerable<Command> All()
    {
        yield return TokenizeCommand.Create();
    }
}
