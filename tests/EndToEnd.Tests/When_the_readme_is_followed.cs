using System.Diagnostics;
using System.Text.RegularExpressions;
using MindBridge.Cli.Demo;
using MindBridge.EndToEnd.Tests.Observing;

namespace MindBridge.EndToEnd.Tests;

/// <summary>Runs every command of README.md, and of the guides on the platform that it started, as they stand there, in a folder that holds the files they name.</summary>
public sealed partial class When_the_readme_is_followed(TinyFiles files) : IClassFixture<TinyFiles>
{
    private const string Launcher = "./mindbridge ", QuickStart = "docs/guides/quick-start.md";
    private static readonly string[] s_guides = [QuickStart, "docs/guides/streaming-corrections.md", "docs/guides/upgrading-an-llm.md", "docs/guides/operating.md"];

    [Fact]
    public async Task Should_run_every_command()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "readme")).FullName;
        foreach (var (shipped, name) in new[] { ("demo-encoder", "bert"), ("demo-gpt", "llm-1"), ("demo-llama", "llm-2") })
            files.Copy(Path.Combine(DemoSettings.ShippedModels, shipped), $"readme/{name}");
        File.Copy(files.Edits, Path.Combine(folder, "edits.jsonl"));
        await File.WriteAllTextAsync(Path.Combine(folder, "text.txt"), "Ada lives in Rome. Bob lives in Oslo.\n", TestContext.Current.CancellationToken);

        Directory.CreateDirectory(Path.Combine(folder, "data", "glue"));
        await File.WriteAllTextAsync(Path.Combine(folder, "data", "glue", "sst2.jsonl"), "{\"sentence\": \"warm and clever\", \"label\": 1}\n{\"sentence\": \"dull\", \"label\": 0}\n", TestContext.Current.CancellationToken);

        // Where root runs the tests, Postgres has a user of its own, who must reach the platform that a guide restores here.
        if (!OperatingSystem.IsWindows())
        {
            foreach (var above in (string[])[files.Root, folder]) File.SetUnixFileMode(above, File.GetUnixFileMode(above) | UnixFileMode.OtherExecute);
        }

        var home = Directory.CreateTempSubdirectory("mindbridge-home-").FullName;
        try
        {
            using var spans = new SpanReceiver();
            (await RunAsync(folder, home, spans)).ShouldBeGreaterThan(20, "the README's commands must have been found");
            // The README imports corrections and releases LLMs, and the services sent what happened as they ended.
            spans.ShouldTellOneStory();
            spans.ShouldTellTheirSeries();
        }
        finally
        {
            await CommandLine.RunAsync(["down"], folder, home: home);
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, string home, SpanReceiver spans)
    {
        var ran = 0;
        // The guides speak of the platform that README starts, and ends.
        var commands = Commands("README.md").SelectMany(c => c == Launcher + "down" ? [.. s_guides.SelectMany(guide => Commands(guide)), c] : (string[])[c]);
        foreach (var command in commands)
        {
            var arguments = Words(command);
            if (arguments is ["test", ..])
            {
                await TestsKnowTheCommand();
                continue;
            }

            if (arguments is ["down", ..]) await ScrapedServices.ShouldAllAnswerAsync(home, Path.Combine(Repository.Root, "deploy/prometheus"), TestContext.Current.CancellationToken);
            var outcome = await CommandLine.RunAsync(arguments, folder, limit: TimeSpan.FromMinutes(10), home: home, environment: arguments is ["up", ..] ? spans.Environment : null);
            outcome.ExitCode.ShouldBe(0, $"{command}\n{outcome.Output}{outcome.Error}");
            ran++;
        }

        return ran;
    }

    [Fact]
    public void Should_begin_with_the_two_commands() =>
        Commands("README.md").Take(2).ShouldBe(["./mindbridge demo", "./mindbridge test"]);

    // What has the platform train stands in console blocks, and is run once, with the README.
    [Fact]
    public void Should_start_quickly_with_commands_of_its_own() =>
        Commands(QuickStart, "console").ShouldSatisfyAllConditions(all => all.Count().ShouldBeGreaterThan(3), all => all.ShouldBeSubsetOf(Commands("README.md")));

    // Running the tests inside the tests would never end; that the launcher knows the word is what can be seen from here.
    private static async Task TestsKnowTheCommand()
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "mindbridge"), ["test", "--help"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        (await process.StandardOutput.ReadToEndAsync()).ShouldContain("Runs every test project");
    }

    private static IEnumerable<string> Commands(string document, string language = "sh") =>
        Blocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))).Where(b => b.Groups["language"].Value == language).SelectMany(b => b.Groups["text"].Value.Split('\n'))
            .Select(line => line.Split(" #")[0].Trim()).Where(line => line.StartsWith(Launcher, StringComparison.Ordinal));

    private static string[] Words(string command) => [.. Word().Matches(command[Launcher.Length..]).Select(w => w.Value.Trim('"'))];

    [GeneratedRegex("```(?<language>\\w+)\\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
