using System.CommandLine;
using MindBridge.Cli.Benchmarks;
using MindBridge.Cli.Demo;
using MindBridge.Cli.Edits;
using MindBridge.Cli.Evaluating;
using MindBridge.Cli.Experiments;
using MindBridge.Cli.Models;
using MindBridge.Cli.Platform;
using MindBridge.Cli.Pretraining;
using MindBridge.Cli.Reporting;
using MindBridge.Cli.Running;
using MindBridge.Cli.Tokenizing;
using MindBridge.Cli.Training;

namespace MindBridge.Cli;

/// <summary>Every verb of the command line, in the order <c>--help</c> lists them.</summary>
internal static class Verbs
{
    public static IEnumerable<Command> All()
    {
        yield return DemoCommand.Create();
        yield return UpCommand.Create();
        yield return DownCommand.Create();
        yield return StatusCommand.Create();
        yield return WatchCommand.Create();
        yield return MemoryCommand.Create();
        yield return LlmCommand.Create();
        yield return JobsCommand.Create();
        yield return EvalCommand.Create();
        yield return KeyCommand.Create();
        yield return BackupCommand.Create();
        yield return BackupCommand.Restore();
        yield return ChaosCommand.Create();
        yield return ServiceCommand.Create();
        yield return RunCommand.Create();
        yield return EditsCommand.Create();
        yield return EvaluateCommand.Create();
        yield return AskCommand.Create();
        yield return ReportCommand.Create();
        yield return PretrainCommand.Create();
        yield return ExperimentCommand.Create();
        yield return EncoderTrainCommand.Create();
        yield return BridgeTrainCommand.Create();
        yield return ModelCommand.Create();
        yield return TokenizeCommand.Create();
        yield return BenchCommand.Create();
    }
}
