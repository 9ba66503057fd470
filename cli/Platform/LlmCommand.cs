using System.CommandLine;
using System.Text.Json;
using MindBridge.Artifacts;
using MindBridge.Contracts.V1;
using MindBridge.Models;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge llm ...</c>: the catalogue of LLM versions.</summary>
internal static class LlmCommand
{
    public static Command Create()
    {
        var command = new Command("llm", "LLM versions of the running platform: release one, and every memory is bridged to it by itself.");
        foreach (var verb in (Command[])[Release(), List(), Retire()]) command.Subcommands.Add(verb);
        return command;
    }

    private static Command Release()
    {
        var home = PlatformHome.Option();
        var name = new Argument<string>("name") { Description = "The LLM's name" };
        var version = new Option<string>("--version") { Description = "Which version of it", DefaultValueFactory = _ => "1" };
        var path = new Option<DirectoryInfo>("--path") { Description = "Its Hugging Face folder, on a disk that the trainers and inference see", Required = true };
        var command = new Command("release", """
            Release an LLM version. Every memory is re-bridged to it, evaluated and promoted; the memory encoders stay as they are.

            Example:
              mindbridge llm release llama --version 3.1 --path models/llama-3.1
            """)
        {
            name, version, path, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var folder = parsed.GetValue(path)!.FullName;
            // What nobody could be bridged to is refused here, not by every trainer.
            CausalLanguageModel.Require(folder);
            Checkpoint.Inspect(folder);
            using var clients = PlatformClients.Of(parsed, home);
            var llm = await clients.Registry.ReleaseLlmAsync(
                new ReleaseLlmRequest { Name = parsed.GetValue(name), Version = parsed.GetValue(version), Family = FamilyOf(folder), Uri = folder, ContentHash = ContentIdentity.Of(folder) },
                cancellationToken: cancellationToken);
            AnsiConsole.WriteLine($"{llm.Name} {llm.Version} ({llm.Family}, {llm.Id}) is released; `mindbridge status` shows how far its bridges are");
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var home = PlatformHome.Option();
        var command = new Command("list", "List the LLM versions in service.") { home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var table = new Table().RoundedBorder().AddColumns("LLM", "version", "family", "id", "folder");
            foreach (var llm in (await clients.Registry.ListLlmsAsync(new ListLlmsRequest(), cancellationToken: cancellationToken)).Llms)
                table.AddRow(llm.Name.EscapeMarkup(), llm.Version.EscapeMarkup(), llm.Family.EscapeMarkup(), llm.Id, llm.Uri.EscapeMarkup());
            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Retire()
    {
        var home = PlatformHome.Option();
        var name = new Argument<string>("name") { Description = "The LLM's name, or a version's id" };
        var version = new Option<string?>("--version") { Description = "Which version of it" };
        var command = new Command("retire", "Take an LLM version out of service: nothing is bridged to it any more, and inference lets it go.") { name, version, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (wanted, which) = (parsed.GetValue(name)!, parsed.GetValue(version));
            var found = (await clients.Registry.ListLlmsAsync(new ListLlmsRequest(), cancellationToken: cancellationToken)).Llms
                .Where(l => l.Id == wanted || (l.Name == wanted && (which is null || l.Version == which))).ToList();
            if (found.Count != 1) throw new ArgumentException(found.Count == 0 ? $"no LLM version \"{wanted}\" is in service; `mindbridge llm list` shows them" : $"there are {found.Count} versions of {wanted}; say which with --version");
            await clients.Registry.RetireLlmAsync(new RetireLlmRequest { Id = found[0].Id }, cancellationToken: cancellationToken);
            AnsiConsole.WriteLine($"{found[0].Name} {found[0].Version} is retired");
            return 0;
        }));
        return command;
    }

    private static string FamilyOf(string folder)
    {
        var config = Path.Combine(folder, "config.json");
        if (!File.Exists(config)) throw new FileNotFoundException($"{folder} holds no config.json; give the Hugging Face folder of an LLM");
        using var json = JsonDocument.Parse(File.ReadAllText(config));
        return json.RootElement.TryGetProperty("model_type", out var type) && type.GetString() is { Length: > 0 } family ? family : "unknown";
    }
}
