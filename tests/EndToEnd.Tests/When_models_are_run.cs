using System.Globalization;
using System.Text.Json;

namespace MindBridge.EndToEnd.Tests;

public sealed class When_models_are_run(TinyFiles files) : IClassFixture<TinyFiles>
{
    [Fact]
    public async Task Info_says_what_a_folder_holds()
    {
        var facts = Json((await Run("model", "info", files.Llama, "--json")).Output);
        facts.GetProperty("family").GetString().ShouldBe("llama");
        facts.GetProperty("kind").GetString().ShouldBe("LLM");
        facts.GetProperty("parameters").GetInt64().ShouldBeGreaterThan(1000);
        (await Run("model", "info", files.Encoder)).Output.ShouldContain("bert");
    }

    [Fact]
    public async Task Logits_come_one_object_a_line_and_are_the_same_for_a_text_and_its_ids()
    {
        var text = Json((await Run("model", "logits", files.Gpt2, "--text", "Ada lives in", "--json")).Output);
        var top = text.GetProperty("top");
        top.GetArrayLength().ShouldBe(10);
        top.EnumerateArray().Select(p => p[1].GetDouble()).ShouldBe(top.EnumerateArray().Select(p => p[1].GetDouble()).OrderDescending());
        var ids = string.Join(',', text.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32().ToString(CultureInfo.InvariantCulture)));
        Json((await Run("model", "logits", files.Gpt2, "--ids", ids, "--json")).Output).GetRawText().ShouldBe(text.GetRawText());

        var lines = files.Write("items.jsonl", "{\"text\":\"Ada lives in\"}\n\n{\"text\":\"Bo\"}\n");
        var many = (await Run("model", "logits", files.Gpt2, "--file", lines, "--json")).Lines;
        many.Count.ShouldBe(2);
        many[0].ShouldBe(text.GetRawText());
    }

    [Fact]
    public async Task An_encoders_logits_are_those_of_its_masked_middle()
    {
        var item = Json((await Run("model", "logits", files.Encoder, "--text", "ada lives in", "--json")).Output);
        item.GetProperty("cls").GetArrayLength().ShouldBe(16);
        item.GetProperty("mask").GetArrayLength().ShouldBe(10);
        item.TryGetProperty("top", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Generated_texts_begin_with_the_prompt_and_repeat_with_their_seed()
    {
        string[] greedy = ["model", "generate", files.Gpt2, "--prompt", "Ada lives in", "--max-tokens", "6"];
        var text = (await Run(greedy)).Output.TrimEnd('\n');
        text.ShouldStartWith("Ada lives in");
        var json = Json((await Run([.. greedy, "--json"])).Output);
        (json.GetProperty("prompt").GetString() + json.GetProperty("text").GetString()).ShouldBe(text);
        json.GetProperty("tokens").GetArrayLength().ShouldBeLessThanOrEqualTo(6);

        string[] drawn = [.. greedy, "--temperature", "1.5", "--top-k", "20", "--top-p", "0.95", "--repetition-penalty", "1.1", "--seed", "4"];
        (await Run(drawn)).Output.ShouldBe((await Run(drawn)).Output);
    }

    [Fact]
    public async Task Perplexity_lies_between_certainty_and_the_vocabulary()
    {
        var file = files.Write("text.txt", "Ada lives in Rome. Bo lives in Oslo. Ada lives in Rome.");
        var result = Json((await Run("model", "perplexity", files.Gpt2, "--file", file, "--window", "16", "--json")).Output);
        result.GetProperty("perToken").GetDouble().ShouldBeInRange(1, 10_000);
        result.GetProperty("words").GetInt32().ShouldBe(12);
    }

    [Fact]
    public async Task A_check_without_golden_values_says_so()
    {
        (await CommandLine.RunAsync(["model", "check", files.Gpt2])).ShouldBeASentence("golden.json");
    }

    private static async Task<CommandLine.Outcome> Run(params string[] arguments)
    {
        var outcome = await CommandLine.RunAsync(arguments);
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        return outcome;
    }

    private static JsonElement Json(string line) => JsonSerializer.Deserialize<JsonElement>(line);
}
