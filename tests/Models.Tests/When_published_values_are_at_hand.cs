using MindBridge.Tokenizers;

namespace MindBridge.Models.Tests;

public sealed class When_published_values_are_at_hand
{
    [Theory]
    [InlineData("mini-bert")]
    [InlineData("mini-gpt2")]
    [InlineData("mini-llama")]
    [InlineData("tiny-distilbert")]
    [InlineData("tiny-gptj")]
    [InlineData("tiny-llama3")]
    [InlineData("tiny-qwen2")]
    public void Every_golden_value_of_a_checkpoint_is_met(string checkpoint)
    {
        var results = GoldenCheck.Run(SharedData.Find($"prototype/checkpoints/{checkpoint}")).ToList();
        results.ShouldNotBeEmpty();
        results.ShouldAllBe(r => r.Passed);
    }

    [Fact]
    public void Stories260K_says_its_sentence_word_for_word()
    {
        var folder = SharedData.Find("data/llama2c-stories260K");
        const string Sentence = "Zoo was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but she didn't want to play with";
        using var model = CausalLanguageModel.From(folder);
        var tokenizer = TextTokenizer.From(folder);
        var prompt = tokenizer.Encode("Zoo");
        var tokens = Generator.Generate(model, [prompt], new GenerationSettings(100))[0];
        tokenizer.Decode(prompt.Concat(tokens)).ShouldStartWith(Sentence);
    }

    [Fact]
    public void Stop_texts_end_a_story_before_them()
    {
        var folder = SharedData.Find("data/llama2c-stories260K");
        using var model = CausalLanguageModel.From(folder);
        var tokenizer = TextTokenizer.From(folder);
        var story = Generator.Continue(model, [tokenizer.Encode("Zoo")], new GenerationSettings(100) { StopTexts = ["the par", "red ball"] }, tokenizer)[0];
        story.Reason.ShouldBe(FinishReason.StopText);
        story.Text!.TrimStart().ShouldBe("was a little girl named Lily. She loved to play outside in ");
        tokenizer.Decode(story.Tokens).Length.ShouldBeLessThanOrEqualTo(story.Text.Length);
    }
}
