using System.Diagnostics;
using System.Text.Json;

namespace MindBridge.EndToEnd.Tests;

/// <summary>SIGKILL in the middle of a run: the same command goes on from the last checkpoint and ends at the same artifact.</summary>
public sealed class When_training_is_killed(TinyFiles files) : IClassFixture<TinyFiles>
{
    private string Folder(string name) => Path.Combine(files.Root, name);

    [Fact]
    public async Task Should_end_at_the_encoder_and_the_bridge_of_an_undisturbed_run()
    {
        string[] Encoder(string name) =>
            ["encoder", "train", "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--base", files.Encoder, "--out", Folder(name), "--epochs", "60", "--checkpoint-every", "0", "--json"];
        string[] Bridge(string name) =>
            ["bridge", "train", "--encoder", Folder("whole"), "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--llm", files.Gpt2, "--out", Folder(name), "--epochs", "60", "--checkpoint-every", "0", "--json"];

        (await KilledThenWhole(Encoder("killed"), Folder("killed.checkpoint"))).ShouldBe(await Whole(Encoder("whole")));
        (await KilledThenWhole(Bridge("killed-bridge"), Folder("killed-bridge.checkpoint"))).ShouldBe(await Whole(Bridge("whole-bridge")));
    }

    private static async Task<string> KilledThenWhole(string[] arguments, string checkpoint)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mindbridge.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using (var process = Process.Start(start)!)
        {
            var errors = process.StandardError.ReadToEndAsync();
            // As soon as there is something to go on from; well before the end.
            while (!Exists(checkpoint) && !process.HasExited) await Task.Delay(5);
            process.Kill();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(137, $"the run was to be killed in its middle\n{await errors}");
        }

        Exists(checkpoint).ShouldBeTrue();
        return await Whole(arguments);
    }

    private static bool Exists(string checkpoint) => File.Exists(checkpoint) || (Directory.Exists(checkpoint) && Directory.EnumerateFileSystemEntries(checkpoint).Any());

    private static async Task<string> Whole(string[] arguments)
    {
        var outcome = await CommandLine.RunAsync(arguments);
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Lines[^1]);
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
