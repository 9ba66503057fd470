using System.CommandLine;
using System.Globalization;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval ...</c>: how bridges of the running platform score, what they must reach, and which of them serves.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var command = new Command("eval", "Evaluations of the running platform: list, show, map and compare them, ask for one or schedule them; general ability; gates, probe sets; promote and roll back.");
        foreach (var verb in (Command[])[List(), Show(), Compare(), EvalKeptCommand.Create(), EvalMapCommand.Create(), EvalAbilityCommand.Create(), .. EvalAskCommand.Verbs(), EvalScheduleCommand.Create(), EvalGateCommand.Create(), .. EvalServingCommand.Verbs(), EvalWebhookCommand.Create()]) command.Subcommands.Add(verb);
        return command;
    }

    /// <summary>An id cut to what a table has room for.</summary>
    public static string Short(string id) => id[..Math.Min(12, id.Length)];

    /// <summary>A score; nats are small, and need more digits.</summary>
    public static string Number(double number, string unit = "%") => number.ToString(unit == "nats" ? "0.000" : "0.0", CultureInfo.InvariantCulture);

    private static Command List()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string?>("memory") { Description = "One memory, by name or id (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "At most so many, the latest first", DefaultValueFactory = _ => 20 };
        var json = EvalJson.Option();
        var command = new Command("list", "List evaluations, the latest first.") { memory, limit, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var of = parsed.GetValue(memory) is { } name ? await clients.MemoryAsync(name, cancellationToken) : "";
            var reply = await clients.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = of, Limit = parsed.GetValue(limit) }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            var table = new Table().RoundedBorder().AddColumns("evaluation", "bridge", "commit", "protocol", "why", "Rel", "Gen", "Loc", "gate", "when");
            foreach (var one in reply.Evaluations)
                table.AddRow(one.Id, Short(one.BridgeId), one.CommitSequence.ToString(CultureInfo.InvariantCulture), one.Protocol, one.Cause, Score(one, "rel"), Score(one, "gen"), Score(one, "loc"), one.Cause != "bridge" ? "" : one.GatePassed ? "passed" : "held", one.CompletedAt[..16]);
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Show()
    {
        var home = PlatformHome.Option();
        var id = new Argument<string>("evaluation") { Description = "Its id, as `mindbridge eval list` shows it" };
        var misses = new Option<int>("--misses") { Description = "Show so many probes that missed" };
        var json = EvalJson.Option();
        var command = new Command("show", "Show an evaluation: its figures with their 95 % intervals, what the gate said, probes that missed.") { id, misses, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var detail = await clients.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = parsed.GetValue(id) }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, detail)) return 0;
            var one = detail.Evaluation;
            if (one.Kind == "ability")
            {
                EvalAbilityCommand.Show(await clients.Evaluator.GetAbilityAsync(new GetAbilityRequest { EvaluationId = one.Id }, cancellationToken: cancellationToken));
                return 0;
            }

            AnsiConsole.WriteLine($"bridge {one.BridgeId} (commit {one.CommitSequence}) under {one.Protocol}, in {one.Unit}; probes {Short(one.ProbeSetId)}; asked for by {(one.RequestedBy.Length > 0 ? one.RequestedBy : one.Cause)}");
            var table = new Table().RoundedBorder().AddColumns("figure", "score", "95 % interval", "probes");
            foreach (var (figure, score) in one.Scores.OrderBy(s => s.Key, StringComparer.Ordinal))
                table.AddRow(figure, Number(score, one.Unit), one.Intervals.TryGetValue(figure, out var interval) ? $"{Number(interval.Low, one.Unit)} to {Number(interval.High, one.Unit)}" : "", one.Counts[figure].ToString(CultureInfo.InvariantCulture));
            AnsiConsole.Write(table);
            if (one.Cause == "bridge") AnsiConsole.WriteLine(one.GatePassed ? "passed its gate" : "held: " + string.Join("; ", one.Reasons));
            foreach (var note in one.Notes) AnsiConsole.WriteLine(note);
            foreach (var missed in detail.Outcomes.Where(o => !o.Hit).Take(parsed.GetValue(misses)))
                AnsiConsole.WriteLine($"{missed.Kind}: {missed.Prompt} -> {missed.After} (before: {missed.Before}; wanted: {(missed.Kind.StartsWith("Loc", StringComparison.Ordinal) ? missed.Before : missed.Answer)})");
            return 0;
        }));
        return command;
    }

    private static Command Compare()
    {
        var home = PlatformHome.Option();
        var first = new Argument<string>("first") { Description = "An evaluation's id" };
        var second = new Argument<string>("second") { Description = "Another's, under the same protocol" };
        var json = EvalJson.Option();
        var command = new Command("compare", "Compare two evaluations probe by probe: differences with intervals, and whether they are chance. Scores of different protocols are refused.") { first, second, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var reply = await clients.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = parsed.GetValue(first), Second = parsed.GetValue(second), MostChanged = 10 }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            var table = new Table().RoundedBorder().AddColumns("figure", "in", "first", "second", "difference", "95 % interval", "pairs", "p", "");
            foreach (var f in reply.Figures)
                table.AddRow(
                    f.Figure, f.Unit, Number(f.First, f.Unit), Number(f.Second, f.Unit), (f.Difference > 0 ? "+" : "") + Number(f.Difference, f.Unit), $"{Number(f.Low, f.Unit)} to {Number(f.High, f.Unit)}",
                    f.N.ToString(CultureInfo.InvariantCulture), f.PValue.ToString("0.0000", CultureInfo.InvariantCulture), !f.Significant ? "may be chance" : f.Gain > 0 ? "significant: better" : "significant: worse");
            AnsiConsole.Write(table);
            foreach (var changed in reply.Changed) AnsiConsole.WriteLine($"{changed.Kind}: {changed.Prompt} -> {changed.First} | {changed.Second}");
            if (reply.OnlyInFirst + reply.OnlyInSecond > 0) AnsiConsole.WriteLine($"left out: {reply.OnlyInFirst} probes of the first alone, {reply.OnlyInSecond} of the second alone");
            return 0;
        }));
        return command;
    }

    private static string Score(Evaluation one, string figure) => one.Scores.TryGetValue(figure, out var score) ? Number(score, one.Unit) : "";
}
