using System.Text.Json;

namespace MindBridge.EndToEnd.Tests;

/// <summary>The verbs one after another on a tiny world, as a user would type them.</summary>
public sealed class When_edits_go_through_the_whole_method(TinyFiles files) : IClassFixture<TinyFiles>
{
    private string Folder(string name) => Path.Combine(files.Root, name);

    [Fact]
    public async Task Should_train_bridge_evaluate_and_answer()
    {
        await Ok("encoder", "train", "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--base", files.Encoder, "--out", Folder("memory"), "--epochs", "2");
        var templates = files.Write("templates.jsonl", """
            {"relation":"home","template":"the home of {} is"}
            {"relation":"work","pattern":"[X] works for [Y]."}
            """);
        await Ok("bridge", "train", "--encoder", Folder("memory"), "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--templates", templates, "--hard-negatives", "1", "--llm", files.Gpt2, "--out", Folder("bridge"), "--epochs", "2");
        (await File.ReadAllTextAsync(Path.Combine(Folder("bridge"), "edits.jsonl"), TestContext.Current.CancellationToken)).ShouldContain("the home of Ada is");
        var scores = await Ok("evaluate", "--llm", files.Gpt2, "--bridge", Folder("bridge"), "--encoder", Folder("memory"), "--probes", files.Edits, "--protocol", "all", "--json");
        foreach (var line in scores.Lines)
        {
            using var score = JsonDocument.Parse(line);
            score.RootElement.TryGetProperty("protocol", out _).ShouldBeTrue(line);
            score.RootElement.TryGetProperty("n", out _).ShouldBeTrue(line);
        }

        scores.Output.ShouldContain("generate-exact");

        // The bridge was trained to leave this prompt alone, and no file with the encoder says so.
        var trained = files.Write("trained.jsonl", """{"kind":"loc-same-subject","prompt":"Ada works for","answer":"Hill"}""");
        (await CommandLine.RunAsync(["evaluate", "--llm", files.Gpt2, "--bridge", Folder("bridge"), "--encoder", Folder("memory"), "--probes", files.Edits, "--probes", trained, "--protocol", "generate-exact", "--json"]))
            .ShouldBeASentence("Ada works for");
        (await Ok("ask", "--llm", files.Gpt2, "--bridge", Folder("bridge"), "--encoder", Folder("memory"), "Ada lives in")).Output.ShouldContain("Ada");

        // An edit as README shows it brings its own prompt as a probe.
        var plain = files.Write("plain.jsonl", """{"id":"1","subject":"Ada","relation":"home","prompt":"Ada lives in","object":"Rome"}""");
        (await Ok("evaluate", "--llm", files.Gpt2, "--bridge", Folder("bridge"), "--probes", plain, "--protocol", "generate-exact", "--json")).Output.ShouldContain("\"kind\":\"rel\"");
        await ShouldRefuseWhatDoesNotBelongTogether();
    }

    private async Task ShouldRefuseWhatDoesNotBelongTogether()
    {
        var before = await File.ReadAllTextAsync(Path.Combine(Folder("memory"), "manifest.json"), TestContext.Current.CancellationToken);
        (await CommandLine.RunAsync(["bridge", "train", "--encoder", Folder("memory"), "--llm", files.Gpt2, "--out", Folder("memory")])).ShouldBeASentence("holds an artifact of kind \"encoder\"");
        (await File.ReadAllTextAsync(Path.Combine(Folder("memory"), "manifest.json"), TestContext.Current.CancellationToken)).ShouldBe(before);
        (await CommandLine.RunAsync(["bridge", "train", "--encoder", Folder("memory"), "--encoder", Folder("memory"), "--llm", files.Gpt2, "--out", Folder("twice")])).ShouldBeASentence("given twice");
        (await CommandLine.RunAsync(["ask", "--llm", files.Gpt2, "--bridge", Folder("bridge"), "--encoder", files.Encoder, "Ada lives in"])).ShouldBeASentence("not the folder of a trained encoder");
        (await CommandLine.RunAsync(["bridge", "train", "--encoder", Folder("memory"), "--hard-negatives", "2", "--llm", files.Gpt2, "--out", Folder("hard")])).ShouldBeASentence("--hard-negatives", "--edits");

        // A prompt that cannot be answered takes no answer from the others.
        var some = await CommandLine.RunAsync(["ask", "--llm", files.Gpt2, "--bridge", Folder("bridge"), " ", "Ada lives in"]);
        some.ExitCode.ShouldBe(2);
        some.Output.ShouldContain("Ada");

        // The same shape with other weights.
        var other = files.Copy(files.Gpt2, "other");
        var bytes = await File.ReadAllBytesAsync(Path.Combine(other, "model.safetensors"), TestContext.Current.CancellationToken);
        bytes[^4] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(other, "model.safetensors"), bytes, TestContext.Current.CancellationToken);
        (await CommandLine.RunAsync(["ask", "--llm", other, "--bridge", Folder("bridge"), "Ada lives in"])).ShouldBeASentence("trained for another LLM");
    }

    [Fact]
    public async Task Should_run_everything_on_two_llms_with_one_encoder_and_write_the_page()
    {
        await Ok("run", "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--encoder-base", files.Encoder, "--llm", files.Gpt2, "--llm", files.Llama, "--templates", files.Write("run-templates.jsonl", """{"relation":"home","template":"the home of {} is"}"""),
            "--epochs", "1", "--out", Folder("run"), "--json", Folder("run.json"));

        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(Folder("run.json"), TestContext.Current.CancellationToken));
        var llms = figures.RootElement.GetProperty("llms").EnumerateArray().ToList();
        llms.Count.ShouldBe(2);
        llms.Select(l => l.GetProperty("encoderId").GetString()).ShouldAllBe(id => id == figures.RootElement.GetProperty("encoder").GetProperty("id").GetString());
        llms[0].GetProperty("bridgeId").GetString().ShouldNotBe(llms[1].GetProperty("bridgeId").GetString());

        await Ok("report", Folder("run"));
        Directory.EnumerateFiles(Folder("run"), "*.html").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("grace", "steps=5")]
    [InlineData("ft", "epochs=2")]
    public async Task Should_score_a_rival_made_as_asked(string rival, string setting) =>
        (await Ok("evaluate", "--llm", files.Gpt2, "--rival", rival, "--set", setting, "--edits", files.Edits, "--probes", files.Edits, "--protocol", "generate-exact", "--json")).Output.ShouldContain($"\"system\":\"{rival}\"");

    [Theory]
    [InlineData("grace", "colour=red", "there is no setting \"colour\"")]
    [InlineData("ike", "radius=1", "only the rivals grace and ft have settings")]
    public async Task Should_refuse_what_a_rival_has_no_setting_for(string rival, string setting, string sentence) =>
        (await CommandLine.RunAsync(["evaluate", "--llm", files.Gpt2, "--rival", rival, "--set", setting, "--edits", files.Edits, "--probes", files.Edits])).ShouldBeASentence(sentence);

    [Fact]
    public async Task Should_refuse_a_tampered_encoder()
    {
        await Ok("encoder", "train", "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--base", files.Encoder, "--out", Folder("tampered"), "--epochs", "1");
        var heads = Path.Combine(Folder("tampered"), "heads.safetensors");
        var bytes = await File.ReadAllBytesAsync(heads, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(heads, bytes, TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync(["bridge", "train", "--encoder", Folder("tampered"), "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--llm", files.Gpt2, "--out", Folder("never")]);

        outcome.ShouldBeASentence("heads.safetensors");
        Directory.Exists(Folder("never")).ShouldBeFalse();
    }

    private static async Task<CommandLine.Outcome> Ok(params string[] arguments)
    {
        var outcome = await CommandLine.RunAsync(arguments);
        outcome.ExitCode.ShouldBe(0, $"mindbridge {string.Join(' ', arguments)}\n{outcome.Output}{outcome.Error}");
        return outcome;
    }
}
