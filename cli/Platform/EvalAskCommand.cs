using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval start</c>, <c>probes</c>, <c>import-probes</c>, <c>generate-probes</c> and <c>retention</c>: scores that somebody asks for, and on what.</summary>
internal static class EvalAskCommand
{
    private const int Piece = 1 << 16;

    public static IEnumerable<Command> Verbs() => [Start(), Probes(), Import(), Generate(), Retention()];

    private static Command Start()
    {
        var home = PlatformHome.Option();
        var bridge = new Argument<string>("bridge") { Description = "The bridge's id" };
        var protocol = new Option<string>("--protocol") { Description = "generate-exact, generate-prefix, teacher-forced-token, paper-teacher-forced, probability or divergence", DefaultValueFactory = _ => "generate-exact" };
        var set = new Option<string>("--probes") { Description = "A probe set's id (default: the probes held out from the bridge's own encoders)", DefaultValueFactory = _ => "" };
        var json = EvalJson.Option();
        var command = new Command("start", "Have a bridge scored under a protocol, on a probe set. It promotes nothing.") { bridge, protocol, set, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var started = await clients.Evaluator.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = parsed.GetValue(bridge), Protocol = parsed.GetValue(protocol), ProbeSetId = parsed.GetValue(set) }, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, started)) AnsiConsole.WriteLine($"evaluation {started.Id} is {started.State}; `mindbridge eval show {started.Id}` shows it once it is done, `mindbridge jobs` how far it is");
            return 0;
        }));
        return command;
    }

    private static Command Probes()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var json = EvalJson.Option();
        var command = new Command("probes", "List a memory's probe sets.") { memory, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var reply = await clients.Evaluator.ListProbeSetsAsync(new ListProbeSetsRequest { MemoryId = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken) }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            var table = new Table().RoundedBorder().AddColumns("name", "version", "id", "source", "probes", "made by");
            foreach (var set in reply.Sets) table.AddRow(set.Name.EscapeMarkup(), set.Version.ToString(CultureInfo.InvariantCulture), set.Id, set.Source, set.Probes.ToString("N0", CultureInfo.InvariantCulture), set.MadeBy.EscapeMarkup());
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Import()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var file = new Argument<FileInfo>("file") { Description = "JSON lines with kind, prompt, answer and, where there are, oldAnswer and editId" };
        var name = new Option<string?>("--name") { Description = "The set's name (default: the file's)" };
        var json = EvalJson.Option();
        var command = new Command("import-probes", "Import a file of probes as a set's next version. Sent twice, it is imported once.") { memory, file, name, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var from = parsed.GetValue(file)!;
            if (!from.Exists) throw new FileNotFoundException($"{from.FullName}: there is no such file; give a file of JSON lines");
            var of = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken);
            await using var content = from.OpenRead();
            using var call = clients.Evaluator.ImportProbes(cancellationToken: cancellationToken);
            var (buffer, request) = (new byte[Piece], new ImportProbesRequest { MemoryId = of, Name = parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(from.Name) });
            for (var read = await content.ReadAsync(buffer, cancellationToken); ; read = await content.ReadAsync(buffer, cancellationToken))
            {
                request.Lines = ByteString.CopyFrom(buffer, 0, read);
                await call.RequestStream.WriteAsync(request, cancellationToken);
                if (read == 0) break;
                request = new ImportProbesRequest();
            }

            await call.RequestStream.CompleteAsync();
            var reply = await call;
            if (EvalJson.Wanted(parsed, json, reply)) return reply.Problems.Count == 0 ? 0 : 2;
            foreach (var problem in reply.Problems.Take(20)) await Console.Error.WriteLineAsync(problem.Problem);
            if (reply.Problems.Count > 0) throw new ArgumentException($"{reply.Problems.Count} lines of {from.Name} are no probes, so nothing was imported; put them right, then import it again");
            AnsiConsole.WriteLine($"{reply.Set.Name} version {reply.Set.Version}: {reply.Set.Probes} probes, {reply.Set.Id}");
            return 0;
        }));
        return command;
    }

    private static Command Generate()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var most = new Option<int>("--most") { Description = "At most so many (default 1,000)" };
        var seed = new Option<long>("--seed") { Description = "One seed, one set" };
        var json = EvalJson.Option();
        var command = new Command("generate-probes", "Make probes that no training saw from a memory's edits.") { memory, most, seed, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var request = new GenerateProbesRequest { MemoryId = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), Most = parsed.GetValue(most), Seed = (ulong)parsed.GetValue(seed) };
            var set = await clients.Evaluator.GenerateProbesAsync(request, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, set)) AnsiConsole.WriteLine($"{set.Name} version {set.Version}: {set.Probes} probes, {set.Id}");
            return 0;
        }));
        return command;
    }

    private static Command Retention()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var llm = new Option<string>("--llm") { Description = "An LLM version: \"NAME VERSION\", NAME or its id", Required = true };
        var protocol = new Option<string>("--protocol") { Description = "How the scores were taken (default: the one that promotes)", DefaultValueFactory = _ => "" };
        var json = EvalJson.Option();
        var edits = new Option<int>("--edits") { Description = "How many of the oldest edits are held against as many of the newest (default 1,000)" };
        var command = new Command("retention", "Show how the edits of each commit fare in each later bridge, and the oldest edits beside the newest.") { memory, llm, protocol, edits, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var request = new GetRetentionRequest { MemoryId = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), LlmId = await clients.LlmAsync(parsed.GetValue(llm)!, cancellationToken), Protocol = parsed.GetValue(protocol), Edits = parsed.GetValue(edits) };
            var reply = await clients.Evaluator.GetRetentionAsync(request, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            var table = new Table().RoundedBorder().AddColumns("edits of commit", "bridge of commit", "Rel", "Gen", "probes");
            foreach (var point in reply.Points)
                table.AddRow(
                    point.Cohort.ToString(CultureInfo.InvariantCulture), point.CommitSequence.ToString(CultureInfo.InvariantCulture),
                    point.Scores.TryGetValue("rel", out var rel) ? EvalCommand.Number(rel) : "", point.Scores.TryGetValue("gen", out var gen) ? EvalCommand.Number(gen) : "", point.Counts.Where(c => c.Key is "rel" or "gen").Sum(c => c.Value).ToString("N0", CultureInfo.InvariantCulture));
            AnsiConsole.Write(table);
            foreach (var (name, cohort) in (ReadOnlySpan<(string, RetentionCohort?)>)[("oldest", reply.Oldest), ("newest", reply.Newest)])
                if (cohort is not null) AnsiConsole.WriteLine($"the {cohort.Edits} {name} edits (commits {cohort.FirstCommit} to {cohort.LastCommit}) in the newest bridge: {string.Join(", ", cohort.Scores.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {EvalCommand.Number(s.Value)} ({EvalCommand.Number(cohort.Intervals[s.Key].Low)} to {EvalCommand.Number(cohort.Intervals[s.Key].High)})"))}");
            return 0;
        }));
        return command;
    }
}
