using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Cli.Demo;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge chaos</c>.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long processes are killed", DefaultValueFactory = _ => 5 };
        var seed = new Option<int>("--seed") { Description = "Draws the edits and the victims" };
        var folder = new Option<DirectoryInfo?>("--home") { Description = "A folder for the platform, which must be new; it stays for a look (default: a temporary one, removed when all is well)" };
        var json = new Option<bool>("--json") { Description = "The outcome as one JSON object" };
        var command = new Command("chaos", """
            Start a platform of its own, stream edits into it, and kill -9 its processes at random moments, Postgres and RabbitMQ among them. When the killing stops it must end by itself:
            every accepted edit in one promoted memory, one artifact for one input, no job stuck. Exit code 0 when it did.

            Example:
              mindbridge chaos --minutes 10
            """)
        {
            minutes, seed, folder, json,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var own = parsed.GetValue(folder);
            var home = new PlatformHome(own?.FullName ?? Directory.CreateTempSubdirectory("mindbridge-chaos-").FullName);
            if (File.Exists(home.Settings)) throw new ArgumentException($"{home.Folder} holds a platform; chaos is for a new one: give an empty folder");
            // What is tried is that nothing is lost, not what is learnt; and a platform that is killed every few seconds needs more patience than one in service.
            foreach (var (name, value) in ((string, string)[])[("Encoder__Epochs", "2"), ("Encoder__WarmEpochs", "2"), ("Encoder__CheckpointEvery", "00:00:02"), ("Bridge__Epochs", "2"), ("Jobs__Attempts", "50"), ("Jobs__Lease", "00:00:10"), ("Jobs__LongestPause", "00:00:05"), ("Evaluation__MostProbes", "60")])
                Environment.SetEnvironmentVariable(name, value);
            var platform = await UpCommand.StartAsync(home, cancellationToken);
            try
            {
                using (var clients = new PlatformClients(platform))
                {
                    var llm = Path.Combine(DemoSettings.ShippedModels, "demo-gpt");
                    await clients.Registry.ReleaseLlmAsync(new ReleaseLlmRequest { Name = "demo-gpt", Version = "1", Family = "gpt2", Uri = llm, ContentHash = Memory.Encoders.ContentIdentity.Of(llm) }, cancellationToken: cancellationToken);
                }

                var wrong = await new Chaos(home, platform, parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), text => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {text}"))).RunAsync(cancellationToken);
                if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(new { passed = wrong.Count == 0, wrong }));
                else if (wrong.Count == 0) AnsiConsole.MarkupLine("[green]passed[/]  every accepted edit is served, one artifact for one input, no job stuck");
                else foreach (var sentence in wrong) AnsiConsole.MarkupLine($"[red]FAILED[/]  {sentence.EscapeMarkup()}");
                if (wrong.Count > 0) return 1;
            }
            finally
            {
                await DownCommand.StopAsync(home);
            }

            if (own is null) Directory.Delete(home.Folder, recursive: true);
            return 0;
        }));
        return command;
    }
}
