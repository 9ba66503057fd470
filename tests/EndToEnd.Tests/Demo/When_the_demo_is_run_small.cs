using System.Text.Json;
using MindBridge.Cli.Demo;
using MindBridge.Platform.Artifacts;
using Microsoft.Data.Sqlite;

namespace MindBridge.EndToEnd.Tests.Demo;

/// <summary>The demo itself on a handful of corrections and one pass of training: its shape, not its scores.</summary>
public sealed class When_the_demo_is_run_small : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-demo-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_goes_on_after_an_interruption_asks_nothing_and_writes_the_figures()
    {
        var json = Path.Combine(folder, "figures.json");
        var settings = new DemoSettings { Edits = 12, Epochs = 1, Folder = Path.Combine(folder, "out"), Models = DemoSettings.ShippedModels, Json = json, Asks = false };
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var interrupted = new DemoStory(settings).TellAsync(interrupt.Token);
        while (await TrainedAsync(settings.Folder) is null && !interrupted.IsCompleted) await Task.Delay(50, TestContext.Current.CancellationToken);
        var trained = await TrainedAsync(settings.Folder);
        await interrupt.CancelAsync();
        (await Record.ExceptionAsync(() => interrupted)).ShouldNotBeNull("it was to be interrupted in its middle");
        File.Exists(json).ShouldBeFalse();

        var code = await new DemoStory(settings).TellAsync(TestContext.Current.CancellationToken);

        (await TrainedAsync(settings.Folder)).ShouldBe(trained, "an encoder that was trained stays");

        using var document = JsonDocument.Parse(File.ReadAllText(json));
        var root = document.RootElement;
        Names(root).ShouldBe(["encoder", "llms", "gates"]);
        Names(root.GetProperty("encoder")).ShouldBe(["id", "trainSeconds"]);
        root.GetProperty("encoder").GetProperty("trainSeconds").GetDouble().ShouldBeGreaterThan(0);
        var id = root.GetProperty("encoder").GetProperty("id").GetString()!;
        id.ShouldBe((await ArtifactFolders.IdOfFolderAsync(Path.Combine(folder, "out", "encoder"), TestContext.Current.CancellationToken)).Value);

        var llms = root.GetProperty("llms").EnumerateArray().ToList();
        llms.Select(l => l.GetProperty("name").GetString()).ShouldBe(["demo-gpt", "demo-llama"]);
        foreach (var llm in llms)
        {
            Names(llm).ShouldBe(["name", "baseKnown", "encoderId", "bridgeId", "bridgeSeconds", "scores"]);
            llm.GetProperty("encoderId").GetString().ShouldBe(id);
            llm.GetProperty("baseKnown").GetDouble().ShouldBeInRange(90, 100);
            Names(llm.GetProperty("scores")).ShouldBe(["generate-exact", "teacher-forced-token"]);
            foreach (var scores in llm.GetProperty("scores").EnumerateObject())
            {
                Names(scores.Value).ShouldBe(["rel", "gen", "loc", "n"]);
                foreach (var score in new[] { "rel", "gen", "loc" }) scores.Value.GetProperty(score).GetDouble().ShouldBeInRange(0, 100);
                scores.Value.GetProperty("n").GetInt32().ShouldBeGreaterThan(60);
            }
        }

        var gates = root.GetProperty("gates").EnumerateArray().ToList();
        gates.ShouldAllBe(g => g.GetProperty("name").GetString()!.Length > 0);
        // The exit code says the same as the gates.
        (code == 0).ShouldBe(gates.TrueForAll(g => g.GetProperty("passed").GetBoolean()));
    }

    // Which encoder there is, and when it was trained.
    private static async Task<string?> TrainedAsync(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "databases", "encoder_trainer.db"))) return null;
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "databases", "encoder_trainer.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT encoder_id || ' ' || trained_at FROM encoders";
        try
        {
            return (string?)await command.ExecuteScalarAsync();
        }
        catch (SqliteException)
        {
            // Its tables are being made.
            return null;
        }
    }

    private static List<string> Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
