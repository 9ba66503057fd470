using System.Diagnostics;
using System.Text.RegularExpressions;
using MindBridge.Cli.Demo;

namespace MindBridge.EndToEnd.Tests;

/// <summary>Runs every command of README.md as it stands there, in a folder that holds the files it names.</summary>
public sealed partial class When_the_readme_is_followed(TinyFiles files) : IClassFixture<TinyFiles>
{
    private const string Launcher = "./mindbridge ";

    [Fact]
    public async Task Should_run_every_command()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "readme")).FullName;
        foreach (var (shipped, name) in new[] { ("demo-encoder", "bert"), ("demo-gpt", "llm-1"), ("demo-llama", "llm-2") })
            files.Copy(Path.Combine(DemoSettings.ShippedModels, shipped), $"readme/{name}");
        File.Copy(files.Edits, Path.Combine(folder, "edits.jsonl"));
        await File.WriteAllTextAsync(Path.Combine(folder, "text.txt"), "Ada lives in Rome. Bob lives in Oslo.\n", TestContext.Current.CancellationToken);

        var home = Directory.CreateTempSubdirectory("mindbridge-home-").FullName;
        try
        {
            (await RunAsync(folder, home)).ShouldBeGreaterThan(20, "the README's commands must have been found");
        }
        finally
        {
            await CommandLine.RunAsync(["down"], folder, home: home);
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, string home)
    {
        var ran = 0;
        foreach (var command in Commands())
        {
            var arguments = Words(command);
            if (arguments is ["test", ..])
            {
                await TestsKnowTheCommand();
                continue;
            }

            var outcome = await CommandLine.RunAsync(arguments, folder, limit: TimeSpan.FromMinutes(10), home: home);
            outcome.ExitCode.ShouldBe(0, $"{command}\n{outcome.Output}{outcome.Error}");
            ran++;
        }

        return ran;
    }

    [Fact]
    public void Should_begin_with_the_two_commands() =>
        Commands().Take(2).ShouldBe(["./mindbridge demo", "./mindbridge test"]);

    // Running the tests inside the tests would never end; that the launcher knows the word is what can be seen from here.
    private static async Task TestsKnowTheCommand()
    {
        var start = new ProcessStartInfo(Path.Combine(Root(), "mindbridge"), ["test", "--help"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        (await process.StandardOutput.ReadToEndAsync()).ShouldContain("Runs every test project");
    }

    private static IEnumerable<string> Commands() =>
        ShellBlocks().Matches(File.ReadAllText(Path.Combine(Root(), "README.md"))).SelectMany(b => b.Groups["text"].Value.Split('\n'))
            .Select(line => line.Split(" #")[0].Trim()).Where(line => line.StartsWith(Launcher, StringComparison.Ordinal));

    private static string[] Words(string command) => [.. Word().Matches(command[Launcher.Length..]).Select(w => w.Value.Trim('"'))];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MindBridge.Platform.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository's root");
        return folder;
    }

    [GeneratedRegex("```sh\\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ShellBlocks();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
