using System.Text.Json;
using MindBridge.Cli.Demo;
using MindBridge.Cli.World;

namespace MindBridge.EndToEnd.Tests.Demo;

/// <summary><c>mindbridge run</c> on a small file in CounterFact's flat form, with the shipped models.</summary>
public sealed class When_an_edit_file_is_run : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-run-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Both_LLMs_are_bridged_and_scored_from_one_encoder()
    {
        var edits = Path.Combine(folder, "edits.jsonl");
        var world = DemoWorld.Load();
        var drawn = DemoCorrections.Draw(world, 40, 0);
        File.WriteAllLines(edits, drawn.Edits.Select(edit => JsonSerializer.Serialize(new
        {
            case_id = edit.Id, prompt = edit.Prompt, target_new = edit.Object, subject = edit.Subject, ground_truth = edit.OldObject,
            rephrase_prompt = Relation.Prompt(world.Relations.Single(r => r.Wikidata == edit.Relation).Test[0], edit.Subject),
            locality_prompt = drawn.Probes.Last(p => p.EditId is null).Prompt, locality_ground_truth = "anything",
        })));
        var models = DemoSettings.ShippedModels;
        var json = Path.Combine(folder, "run.json");
        var outcome = await CommandLine.RunAsync(
            ["run", "--edits", edits, "--encoder-base", Path.Combine(models, "demo-encoder"), "--llm", Path.Combine(models, "demo-gpt"), "--llm", Path.Combine(models, "demo-llama"),
             "--limit", "12", "--epochs", "1", "--out", Path.Combine(folder, "out"), "--json", json], folder);
        outcome.ExitCode.ShouldBe(0, outcome.Error);

        using var figures = JsonDocument.Parse(File.ReadAllText(json));
        var llms = figures.RootElement.GetProperty("llms").EnumerateArray().ToList();
        llms.Select(l => l.GetProperty("name").GetString()).ShouldBe(["demo-gpt", "demo-llama"]);
        foreach (var llm in llms)
        {
            llm.GetProperty("encoderId").GetString().ShouldBe(figures.RootElement.GetProperty("encoder").GetProperty("id").GetString());
            // The file gives the old objects, and the shipped models know them.
            llm.GetProperty("baseKnown").GetDouble().ShouldBeGreaterThan(80);
            llm.GetProperty("scores").GetProperty("generate-exact").GetProperty("n").GetInt32().ShouldBeGreaterThanOrEqualTo(24);
        }
        File.Exists(Path.Combine(folder, "out", "report.html")).ShouldBeTrue();

        // The same command again has nothing left to train.
        var again = await CommandLine.RunAsync(
            ["run", "--edits", edits, "--encoder-base", Path.Combine(models, "demo-encoder"), "--llm", Path.Combine(models, "demo-gpt"),
             "--limit", "12", "--epochs", "1", "--out", Path.Combine(folder, "out"), "--json", json], folder);
        again.ExitCode.ShouldBe(0, again.Error);
        again.Error.ShouldContain("already holds this encoder");
    }

    [Fact]
    public async Task What_is_missing_or_doubled_is_named()
    {
        (await CommandLine.RunAsync(["run", "--edits", "none.json", "--encoder-base", "x", "--llm", "y", "--out", "z"], folder)).ShouldBeASentence("none.json");
        var model = Directory.CreateDirectory(Path.Combine(folder, "a", "model")).FullName;
        var twin = Directory.CreateDirectory(Path.Combine(folder, "b", "model")).FullName;
        (await CommandLine.RunAsync(["run", "--edits", "none.json", "--encoder-base", "x", "--llm", model, "--llm", twin, "--out", "z"], folder)).ShouldBeASentence("two LLMs are called model");
    }
}
