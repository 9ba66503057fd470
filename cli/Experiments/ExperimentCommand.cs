using System.CommandLine;

namespace MindBridge.Cli.Experiments;

/// <summary><c>mindbridge experiment</c>: questions about the method, answered by running it.</summary>
internal static class ExperimentCommand
{
    public static Command Create() => new("experiment", "Answer a question about the method by running it on your edits, or on the demo's world.") { AblationCommand.Create() };
}
