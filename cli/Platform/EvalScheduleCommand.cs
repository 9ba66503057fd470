using System.CommandLine;
using System.Globalization;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval schedule</c>: what serves a memory is scored again and again, and who looks after it hears when it got worse.</summary>
internal static class EvalScheduleCommand
{
    public static Command Create()
    {
        var command = new Command("schedule", "Have what serves a memory scored again from time to time; where it got worse and not by chance, `mindbridge eval alerts` shows a drift alert.");
        foreach (var verb in (Command[])[List(), Add(), Remove()]) command.Subcommands.Add(verb);
        return command;
    }

    private static Command List()
    {
        var (home, json) = (PlatformHome.Option(), EvalJson.Option());
        var command = new Command("list", "List the schedules.") { json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var reply = await clients.Evaluator.ListSchedulesAsync(new ListSchedulesRequest(), cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            var names = (await clients.Registry.ListMemoriesAsync(new ListMemoriesRequest(), cancellationToken: cancellationToken)).Memories.ToDictionary(m => m.Id, m => m.Name, StringComparer.Ordinal);
            var table = new Table().RoundedBorder().AddColumns("memory", "every", "protocol", "probes", "next", "set by");
            foreach (var one in reply.Schedules)
                table.AddRow(
                    names.GetValueOrDefault(one.MemoryId, one.MemoryId).EscapeMarkup(), TimeSpan.FromSeconds(one.EverySeconds).ToString("c", CultureInfo.InvariantCulture), one.Protocol,
                    one.ProbeSetId.Length > 0 ? EvalCommand.Short(one.ProbeSetId) : "held out", one.NextAt[..16], one.SetBy.EscapeMarkup());
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Add()
    {
        var (home, json) = (PlatformHome.Option(), EvalJson.Option());
        var memory = Memory();
        var every = new Option<string>("--every") { Description = "How often: a number with m, h or d, for example 12h; at least 1m", Required = true };
        var protocol = new Option<string>("--protocol") { Description = "How the scores are taken (default: the one that promotes)", DefaultValueFactory = _ => "" };
        var probes = new Option<string>("--probes") { Description = "A probe set's id (default: the probes held out from each bridge's own encoders)", DefaultValueFactory = _ => "" };
        var command = new Command("add", """
            Have what serves a memory scored again every so often. A memory has one schedule: adding another replaces it.

            Example:
              mindbridge eval schedule add facts --every 12h
            """)
        {
            memory, every, protocol, probes, json, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var seconds = Seconds(parsed.GetValue(every)!);
            using var clients = PlatformClients.Of(parsed, home);
            var set = await clients.Evaluator.SetScheduleAsync(
                new SetScheduleRequest { MemoryId = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), EverySeconds = seconds, Protocol = parsed.GetValue(protocol), ProbeSetId = parsed.GetValue(probes) }, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, set)) AnsiConsole.WriteLine($"what serves {parsed.GetValue(memory)} is scored under {set.Protocol} next at {set.NextAt[..16]}");
            return 0;
        }));
        return command;
    }

    private static Command Remove()
    {
        var (home, json) = (PlatformHome.Option(), EvalJson.Option());
        var memory = Memory();
        var command = new Command("remove", "End a memory's schedule; its evaluations stay.") { memory, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var id = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken);
            if ((await clients.Evaluator.ListSchedulesAsync(new ListSchedulesRequest(), cancellationToken: cancellationToken)).Schedules.All(s => s.MemoryId != id))
                throw new ArgumentException($"memory {parsed.GetValue(memory)} has no schedule; `mindbridge eval schedule list` shows them");
            var set = await clients.Evaluator.SetScheduleAsync(new SetScheduleRequest { MemoryId = id }, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, set)) AnsiConsole.WriteLine($"what serves {parsed.GetValue(memory)} is scored again only when somebody asks");
            return 0;
        }));
        return command;
    }

    private static Argument<string> Memory() => new("memory") { Description = "The memory's name or id" };

    private static int Seconds(string every)
    {
        var unit = every.Length > 1 ? every[^1] switch { 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 } : 0;
        return unit > 0 && int.TryParse(every[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= int.MaxValue / unit
            ? number * unit
            : throw new ArgumentException($"--every is \"{every}\"; give a number with m, h or d, for example 30m, 12h or 7d");
    }
}
