using System.CommandLine;
using System.Globalization;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval gate</c>: what a bridge of a memory must reach, shown or set.</summary>
internal static class EvalGateCommand
{
    public static Command Create()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var rules = new Option<string[]>("--rule") { Description = "PROTOCOL:FIGURE:LEAST[:LEAST PROBES[:MOST DROP]], for example generate-exact:rel:90:50:5; once for each figure. Without one the gate is shown", AllowMultipleArgumentsPerToken = true };
        var byHand = new Option<bool>("--by-hand") { Description = "What passes waits for `mindbridge eval promote`" };
        var reason = new Option<string>("--reason") { Description = "Why, for the history", DefaultValueFactory = _ => "" };
        var json = EvalJson.Option();
        var command = new Command("gate", """
            Show what a bridge of a memory must reach to be promoted, or replace it.

            Example:
              mindbridge eval gate facts --rule generate-exact:rel:90:50:5 --rule generate-exact:loc:95 --by-hand --reason "a customer asked"
            """)
        {
            memory, rules, byHand, reason, json, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (of, given) = (await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), parsed.GetValue(rules) ?? []);
            if (given.Length == 0 && parsed.GetValue(byHand)) throw new ArgumentException("--by-hand sets a gate, and a gate needs rules; give at least one --rule");
            var gate = given.Length == 0
                ? await clients.Evaluator.GetGateAsync(new GetGateRequest { MemoryId = of }, cancellationToken: cancellationToken)
                : await clients.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = of, Replaces = -1, PromoteByHand = parsed.GetValue(byHand), Reason = parsed.GetValue(reason), Rules = { given.Select(Rule) } }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, gate)) return 0;
            AnsiConsole.WriteLine(gate.Version == 0 ? "from the memory's settings" : $"version {gate.Version}, set by {gate.SetBy}{(gate.Reason.Length > 0 ? $": {gate.Reason}" : "")}");
            if (gate.PromoteByHand) AnsiConsole.WriteLine("what passes waits for an operator");
            var table = new Table().RoundedBorder().AddColumns("protocol", "figure", "least", "least probes", "most drop");
            foreach (var rule in gate.Rules) table.AddRow(rule.Protocol, rule.Figure, EvalCommand.Number(rule.Least), rule.LeastProbes.ToString(CultureInfo.InvariantCulture), EvalCommand.Number(rule.MostDrop));
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static GateRule Rule(string text)
    {
        var parts = text.Split(':');
        var (least, probes, drop) = (0.0, 0, 100.0);
        var read = parts.Length is >= 3 and <= 5 && double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out least)
            && (parts.Length < 4 || int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out probes)) && (parts.Length < 5 || double.TryParse(parts[4], NumberStyles.Float, CultureInfo.InvariantCulture, out drop));
        return read ? new GateRule { Protocol = parts[0], Figure = parts[1], Least = least, LeastProbes = probes, MostDrop = drop } : throw new ArgumentException($"--rule \"{text}\" is none; give PROTOCOL:FIGURE:LEAST[:LEAST PROBES[:MOST DROP]], for example generate-exact:rel:90:50:5");
    }
}
