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
    /// <summary>How long a worker of this platform may be silent.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private static string Llm => Path.Combine(DemoSettings.ShippedModels, "demo-gpt");

    /// <summary>Releases the demo's first LLM.</summary>
    public static async Task ReleaseAsync(PlatformClients clients, string version, CancellationToken cancellationToken) =>
        await clients.Registry.ReleaseLlmAsync(new ReleaseLlmRequest { Name = "demo-gpt", Version = version, Family = "gpt2", Uri = Llm, ContentHash = MindBridge.Artifacts.ContentIdentity.Of(Llm) }, cancellationToken: cancellationToken);

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long it is disturbed", DefaultValueFactory = _ => 5 };
        var only = new Option<string[]>("--only") { Description = "Only these disturbances: " + string.Join(", ", Disturbances.All.Select(d => d.Name)), DefaultValueFactory = _ => [] };
        only.AcceptOnlyFromAmong([.. Disturbances.All.Select(d => d.Name)]);
        var seed = new Option<int>("--seed") { Description = "Draws the edits, the disturbances and their victims" };
        var folder = new Option<DirectoryInfo?>("--home") { Description = "A folder for the platform, which must be new; it stays for a look (default: a temporary one, removed when all is well)" };
        var json = new Option<bool>("--json") { Description = "The outcome as one JSON object" };
        var command = new Command("chaos", """
            Start a platform of its own, stream edits into it, and disturb it: processes are killed, Postgres and RabbitMQ among them, the broker or all workers are away for a while, events come thrice and out of order,
            workers sleep beyond their leases, edits are poison, commits crowd, artifacts are cut short, the disk is full. When that stops it must end by itself: every accepted edit in one promoted memory, one artifact for one input,
            no job stuck. Exit code 0 when it did.

            Examples:
              mindbridge chaos --minutes 10
              mindbridge chaos --minutes 3 --only kill --only pause
            """)
        {
            minutes, only, seed, folder, json,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var own = parsed.GetValue(folder);
            var home = new PlatformHome(own?.FullName ?? Directory.CreateTempSubdirectory("mindbridge-chaos-").FullName);
            if (File.Exists(home.Settings)) throw new ArgumentException($"{home.Folder} holds a platform; chaos is for a new one: give an empty folder");
            // What is tried is that nothing is lost, not what is learnt; and a platform that is killed every few seconds needs more patience than one in service.
            foreach (var (name, value) in ((string, string)[])[("Encoder__Epochs", "2"), ("Encoder__WarmEpochs", "2"), ("Encoder__CheckpointEvery", "00:00:02"), ("Bridge__Epochs", "2"), ("Jobs__Attempts", "50"), ("Jobs__Lease", Lease.ToString()), ("Jobs__LongestPause", "00:00:05"), ("Evaluation__MostProbes", "60")])
                Environment.SetEnvironmentVariable(name, value);
            await using var disk = await SmallDisk.MountAsync(home.Artifacts, home.Work);
            if (!disk.Exists && parsed.GetValue(only)!.Contains("disk-full")) throw new ArgumentException("--only disk-full: a disk of its own could not be mounted, which needs root; run it as root, or leave disk-full out");
            var platform = await UpCommand.StartAsync(home, cancellationToken);
            try
            {
                using (var clients = new PlatformClients(platform)) await ReleaseAsync(clients, "1", cancellationToken);
                var chaos = new Chaos(
                    home, platform, disk, parsed.GetValue(only)!, parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), text => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {text}")));
                var wrong = await chaos.RunAsync(cancellationToken);
                if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(new { passed = wrong.Count == 0, wrong, rounds = chaos.Rounds }));
                else Show(chaos.Rounds, wrong);
                if (wrong.Count > 0) return 1;
            }
            finally
            {
                await DownCommand.StopAsync(home);
            }

            await disk.DisposeAsync();
            if (own is null) Directory.Delete(home.Folder, recursive: true);
            return 0;
        }));
        return command;
    }

    private static void Show(IReadOnlyDictionary<string, int> rounds, IReadOnlyList<string> wrong)
    {
        var table = new Table().RoundedBorder().AddColumns("disturbance", "what", "times");
        foreach (var (name, what) in Disturbances.All.Where(d => rounds.ContainsKey(d.Name))) table.AddRow(name, what.EscapeMarkup(), rounds[name].ToString(CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        if (wrong.Count == 0) AnsiConsole.MarkupLine("[green]passed[/]  every accepted edit is served, one artifact for one input, no job stuck");
        foreach (var sentence in wrong) AnsiConsole.MarkupLine($"[red]FAILED[/]  {sentence.EscapeMarkup()}");
    }
}
