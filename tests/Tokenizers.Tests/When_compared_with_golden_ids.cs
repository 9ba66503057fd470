using System.Text.Json;

namespace MindBridge.Tokenizers.Tests;

public class When_compared_with_golden_ids
{
    [Fact]
    public void Should_give_every_question_the_ids_of_BERT()
    {
        var tokenizer = TextTokenizer.From(SharedData.PathOrSkip("data/tokenizers/bert-base-uncased"));
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(SharedData.PathOrSkip("data/tokenizers/golden/bert_uncased_squad_questions.jsonl")))
        {
            using var item = JsonDocument.Parse(line);
            var text = item.RootElement.GetProperty("text").GetString()!;
            if (!tokenizer.Encode(text, special: false).SequenceEqual(Ids(item.RootElement.GetProperty("ids")))) wrong.Add(text);
            count++;
        }

        wrong.ShouldBeEmpty();
        count.ShouldBe(5000);
    }

    [Fact]
    public void Should_give_the_ids_of_GPT2()
    {
        var tokenizer = TextTokenizer.From(SharedData.PathOrSkip("data/tokenizers/gpt2"));
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.PathOrSkip("data/tokenizers/golden/gpt2_encoded_tokens.json")));
        var text = golden.RootElement.GetProperty("text").GetString()!;
        var ids = tokenizer.Encode(text);
        ids.ShouldBe(Ids(golden.RootElement.GetProperty("token_ids")));
        ids.Select(tokenizer.Token).ShouldBe(golden.RootElement.GetProperty("bpe_tokens").EnumerateArray().Select(t => t.GetString()!));
        tokenizer.Decode(ids).ShouldBe(text);
    }

    [Theory]
    [InlineData("mini-bert")]
    [InlineData("mini-gpt2")]
    [InlineData("mini-llama")]
    [InlineData("tiny-distilbert")]
    [InlineData("tiny-gptj")]
    [InlineData("tiny-llama3")]
    [InlineData("tiny-qwen2")]
    public void Should_give_the_ids_of_every_reference_checkpoint(string name)
    {
        var folder = SharedData.PathOrSkip("prototype/checkpoints/" + name);
        var tokenizer = TextTokenizer.From(folder);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var ids = Ids(item.GetProperty("ids"));
            tokenizer.Encode(text).ShouldBe(ids, text);
            if (item.TryGetProperty("decoded", out var decoded)) tokenizer.Decode(ids).ShouldBe(decoded.GetString());
        }
    }

    [Theory]
    [InlineData("br-tuned-gpt2", "mini-gpt2")]
    [InlineData("br-tuned-llama-n4", "mini-llama")]
    public void Should_give_the_ids_of_the_reference_bridges(string bridge, string lm)
    {
        var encoder = TextTokenizer.From(SharedData.PathOrSkip("prototype/checkpoints/mem-tuned"));
        var llm = TextTokenizer.From(SharedData.PathOrSkip("prototype/checkpoints/" + lm));
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.PathOrSkip($"prototype/checkpoints/{bridge}/golden.json")));
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            var prompt = item.GetProperty("prompt").GetString()!;
            encoder.Encode(prompt).ShouldBe(Ids(item.GetProperty("encoder_ids")), prompt);
            llm.Encode(prompt).ShouldBe(Ids(item.GetProperty("lm_ids")), prompt);
        }
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];
}
