using System.CommandLine;
using Grpc.Core;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge watch</c>: the status, live.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string?>("memory") { Description = "One memory (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "A JSON object for each change" };
        var until = new Option<bool>("--until-served") { Description = "End when every edit is served on every LLM version, or held by its gate" };
        var command = new Command("watch", "Watch edits on their way: commit, training, bridging per LLM, evaluation, promotion. Ctrl-C ends the watching and nothing else.") { memory, json, until, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (name, asJson, toEnd) = (parsed.GetValue(memory), parsed.GetValue(json), parsed.GetValue(until));
            var redraws = !asJson && AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Capabilities.Ansi;
            string? told = null;
            while (true)
            {
                PlatformStatus status;
                try
                {
                    status = await PlatformStatus.ReadAsync(clients, name, cancellationToken);
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable && told is not null)
                {
                    // A service that is started again is back in a moment.
                    await Task.Delay(Often, cancellationToken);
                    continue;
                }

                // Lines that cannot be drawn again tell changes of state, not every step.
                var now = StatusCommand.AsJson(asJson || redraws ? status : status with { Jobs = [] });
                if (asJson && now != told) Console.WriteLine(now);
                else if (!asJson && now != told)
                {
                    if (redraws) AnsiConsole.Clear();
                    foreach (var part in StatusCommand.Show(status)) AnsiConsole.Write(part);
                }

                told = now;
                if (toEnd && status.Memories.Count > 0 && status.Memories.All(m => m.Settled)) return 0;
                await Task.Delay(Often, cancellationToken);
            }
        }));
        return command;
    }
}
