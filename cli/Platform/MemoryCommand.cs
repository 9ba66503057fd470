using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Cli.Edits;
using MindBridge.Cli.Terminal;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge memory ...</c>: what an editor does with the running platform.</summary>
internal static class MemoryCommand
{
    public static Command Create()
    {
        var command = new Command("memory", "Memories of the running platform: create, import edits, retract, commit, ask.");
        foreach (var verb in (Command[])[New(), List(), Import(), Protect(), Commit(), Retract(), Ask()]) command.Subcommands.Add(verb);
        return command;
    }

    private static Command New()
    {
        var home = PlatformHome.Option();
        var name = new Argument<string>("name") { Description = "Letters, digits, hyphens, underscores, dots" };
        var capacity = new Option<int>("--shard-capacity") { Description = "Edits that one memory encoder holds (default 2,000)" };
        var pause = new Option<int>("--commit-after-seconds") { Description = "Commit when no edit has come for so long (default 10)" };
        var count = new Option<int>("--commit-after-count") { Description = "Commit when so many edits are pending (default 1,000)" };
        var (rel, gen, loc) = (Score("rel"), Score("gen"), Score("loc"));
        var command = new Command("create", "Create a memory. Once edits are in it and an LLM is released, training, bridging, evaluation and promotion follow by themselves.")
        {
            name, capacity, pause, count, rel, gen, loc, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var settings = new MemorySettings { ShardCapacity = parsed.GetValue(capacity), CommitAfterSeconds = parsed.GetValue(pause), CommitAfterCount = parsed.GetValue(count) };
            if (parsed.GetValue(rel) is { } leastRel) settings.LeastRel = leastRel;
            if (parsed.GetValue(gen) is { } leastGen) settings.LeastGen = leastGen;
            if (parsed.GetValue(loc) is { } leastLoc) settings.LeastLoc = leastLoc;
            var memory = await clients.Registry.CreateMemoryAsync(new CreateMemoryRequest { Name = parsed.GetValue(name), Settings = settings }, cancellationToken: cancellationToken);
            AnsiConsole.WriteLine($"memory {memory.Name} ({memory.Id}); a bridge is promoted from Rel {memory.Settings.LeastRel:0.#}, Gen {memory.Settings.LeastGen:0.#}, Loc {memory.Settings.LeastLoc:0.#}");
            return 0;
        }));
        return command;

        static Option<double?> Score(string name) => new($"--least-{name}") { Description = $"The least {char.ToUpperInvariant(name[0])}{name[1..]} of a bridge that may be promoted, in percent" };
    }

    private static Command List()
    {
        var home = PlatformHome.Option();
        var command = new Command("list", "List the memories.") { home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var table = new Table().RoundedBorder().AddColumns("memory", "id", "entries", "pending", "commits");
            foreach (var memory in (await clients.Registry.ListMemoriesAsync(new ListMemoriesRequest(), cancellationToken: cancellationToken)).Memories)
                table.AddRow(memory.Name.EscapeMarkup(), memory.Id, Number(memory.EditCount), Number(memory.PendingCount), Number(memory.LastCommitSequence));
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Import()
    {
        var home = PlatformHome.Option();
        var name = Name();
        var file = new Argument<FileInfo>("file") { Description = "CounterFact, ZsRE, our JSON lines or CSV, as `mindbridge edits check` reads them" };
        var command = new Command("import", "Import a file of edits. Sent twice, it is imported once.") { name, file, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var path = parsed.GetValue(file)!.FullName;
            await using var content = File.OpenRead(path);
            using var answer = await clients.Rest.PostAsync($"/v1/memories/{Uri.EscapeDataString(parsed.GetValue(name)!)}/imports", new StreamContent(content), cancellationToken);
            if (answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is not true)
                throw new ArgumentException(answer.StatusCode is HttpStatusCode.Unauthorized ? "the registry does not know this key; unset MINDBRIDGE_KEY, or ask an operator for a key" : $"the registry answered {(int)answer.StatusCode}; its log tells why");
            var outcome = await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
            if (!answer.IsSuccessStatusCode) throw new ArgumentException((string?)outcome?["detail"] ?? $"the registry answered {(int)answer.StatusCode}");
            foreach (var problem in outcome!["problems"]!.AsArray().Take(20))
                await Console.Error.WriteLineAsync($"row {problem!["row"]}: {problem["field"]} {problem["problem"]}; {problem["remedy"]}");
            AnsiConsole.WriteLine($"{Number((long)outcome["accepted"]!)} edits imported, {Number((long)outcome["repeated"]!)} known already, {outcome["problems"]!.AsArray().Count} rows left out, {outcome["conflicts"]!.AsArray().Count} conflicts");
            return 0;
        }));
        return command;
    }

    private static Command Protect()
    {
        var home = PlatformHome.Option();
        var name = Name();
        var file = new Argument<FileInfo>("file") { Description = "Lines with a \"prompt\" (and \"subject\", \"answer\", \"wordings\"), or plain text, one prompt a line" };
        var command = new Command("protect", "Give the prompts whose answers must stay: training keeps the LLM as it is on them. The next training uses them.") { name, file, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var prompts = PromptFiles.Read(parsed.GetValue(file)!.FullName, new ConsoleNotes(), cancellationToken);
            using var call = clients.Registry.PutOutOfScope(cancellationToken: cancellationToken);
            foreach (var prompt in prompts)
                await call.RequestStream.WriteAsync(new OutOfScopePrompt { Memory = parsed.GetValue(name), Prompt = prompt.Prompt, Subject = prompt.Subject ?? "", Answer = prompt.Answer ?? "", Wordings = { prompt.Wordings } }, cancellationToken);
            await call.RequestStream.CompleteAsync();
            AnsiConsole.WriteLine($"{Number((await call).Count)} out-of-scope prompts");
            return 0;
        }));
        return command;
    }

    private static Command Commit()
    {
        var home = PlatformHome.Option();
        var name = Name();
        var command = new Command("commit", "Commit the pending edits now, instead of waiting for the memory's pause.") { name, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var commit = await clients.Registry.CommitNowAsync(new CommitNowRequest { Memory = parsed.GetValue(name) }, cancellationToken: cancellationToken);
            AnsiConsole.WriteLine($"commit {commit.Sequence}: {Number(commit.EditCount)} edits");
            return 0;
        }));
        return command;
    }

    private static Command Retract()
    {
        var home = PlatformHome.Option();
        var name = Name();
        var edit = new Argument<string?>("edit") { Description = "An edit's id, or words that only its subject or prompt contains", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<FileInfo?>("--file") { Description = "Take back every edit that a file names instead: the ids of their own that edits were imported with, one a line" };
        var reason = new Option<string?>("--reason") { Description = "Why, for the history" };
        var command = new Command("retract", "Take an edit back, or those that a file names: the LLM's own answer returns.") { name, edit, file, reason, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (memory, wanted) = (parsed.GetValue(name)!, (parsed.GetValue(edit), parsed.GetValue(file)) switch
            {
                ({ } words, null) => [await FindAsync(clients, parsed.GetValue(name)!, words, cancellationToken)],
                (null, { } list) => await FindAsync(clients, parsed.GetValue(name)!, list, cancellationToken),
                _ => throw new ArgumentException("say which edit to take back, or name a file of ids with --file"),
            });
            foreach (var id in wanted)
            {
                var retracted = await clients.Registry.RetractEditAsync(new RetractEditRequest { Memory = memory, EditId = id, Reason = parsed.GetValue(reason) ?? "" }, cancellationToken: cancellationToken);
                AnsiConsole.WriteLine($"edit {id} is retracted (entry {retracted.Sequence})");
            }

            return 0;
        }));
        return command;
    }

    private static async Task<string> FindAsync(PlatformClients clients, string memory, string words, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(words, out _)) return words;
        var found = (await clients.Registry.SearchEditsAsync(new SearchEditsRequest { Memory = memory, Text = words, Limit = 2 }, cancellationToken: cancellationToken)).Edits;
        return found.Count == 1 ? found[0].Id : throw new ArgumentException(found.Count == 0 ? $"no edit of {memory} contains \"{words}\"" : $"several edits of {memory} contain \"{words}\"; give more of its words, or its id");
    }

    // Nothing is taken back when one of them is unknown.
    private static async Task<IReadOnlyList<string>> FindAsync(PlatformClients clients, string memory, FileInfo file, CancellationToken cancellationToken)
    {
        var wanted = (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var standing = new Dictionary<string, string>(StringComparer.Ordinal);
        using var call = clients.Registry.ReadEdits(new ReadEditsRequest { Memory = memory }, cancellationToken: cancellationToken);
        await foreach (var edit in call.ResponseStream.ReadAllAsync(cancellationToken)) standing[edit.Edit.ExternalId] = edit.Id;
        return [.. wanted.Select((id, i) => standing.GetValueOrDefault(id) ?? throw new ArgumentException($"{file.Name}, line {i + 1}: no edit that stands in {memory} has the id \"{id}\"; give the ids that the edits were imported with"))];
    }

    private static Command Ask()
    {
        var home = PlatformHome.Option();
        var name = Name();
        var prompt = new Argument<string>("prompt") { Description = "The beginning of a sentence, or a question" };
        var llm = new Option<string>("--llm") { Description = "An LLM version: \"NAME VERSION\", NAME or its id", Required = true };
        var command = new Command("ask", "Ask an LLM with and without the memory.") { name, prompt, llm, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var why = await clients.Inference.ExplainAsync(new ExplainRequest { Target = new Target { Llm = parsed.GetValue(llm), Memory = parsed.GetValue(name) }, Prompt = parsed.GetValue(prompt) }, cancellationToken: cancellationToken);
            AnsiConsole.WriteLine($"before: {why.BaseAnswer}");
            AnsiConsole.WriteLine($"after:  {why.EditedAnswer}");
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(why.Edited ? "the memory speaks" : "the memory is silent")}: {why.Reason} (existence {why.Existence:0.00}); bridge {why.BridgeId[..Math.Min(12, why.BridgeId.Length)]}"));
            return 0;
        }));
        return command;
    }

    private static Argument<string> Name() => new("memory") { Description = "The memory's name or id" };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
