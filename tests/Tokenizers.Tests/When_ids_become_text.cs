namespace MindBridge.Tokenizers.Tests;

public class When_ids_become_text
{
    [Fact]
    public void Should_hold_back_a_character_until_its_last_byte()
    {
        var tokenizer = Fixtures.ByteLevel(change: json => json["model"]!["merges"] = new System.Text.Json.Nodes.JsonArray());
        var stream = tokenizer.NewStream();
        tokenizer.Encode("é😀!").Select(stream.Append).ShouldBe(["", "é", "", "", "", "😀", "!"]);
        stream.Flush().ShouldBe("");
    }

    [Fact]
    public void Should_say_so_when_the_last_character_never_came()
    {
        var tokenizer = Fixtures.ByteLevel(change: json => json["model"]!["merges"] = new System.Text.Json.Nodes.JsonArray());
        var ids = tokenizer.Encode("a😀").SkipLast(1).ToList();
        var stream = tokenizer.NewStream();
        string.Concat(ids.Select(stream.Append)).ShouldBe("a");
        stream.Flush().ShouldBe("\uFFFD");
        tokenizer.Decode(ids).ShouldBe("a\uFFFD");
    }

    [Fact]
    public void Should_drop_only_the_space_that_stands_before_a_Llama_2_text()
    {
        var tokenizer = Fixtures.ByteFallback();
        var stream = tokenizer.NewStream();
        tokenizer.Encode("the Paris").Select(stream.Append).ShouldBe(["", "the", " Paris"]);
        tokenizer.Decode(tokenizer.Encode("  the")).ShouldBe("  the");
    }

    [Theory]
    [InlineData("is , is ?", "is, is?")]
    [InlineData("the capital of france .", "the capital of france.")]
    [InlineData("parisian", "parisian")]
    public void Should_move_punctuation_to_its_word_for_BERT(string text, string shown)
    {
        var tokenizer = Fixtures.Bert();
        tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(shown);
    }

    [Fact]
    public void Should_put_spaces_between_tokens_where_the_file_names_no_decoder()
    {
        var tokenizer = Fixtures.ByteFallback(json => json["decoder"] = null);
        tokenizer.Decode(tokenizer.Encode("the a")).ShouldBe("▁the ▁ a");
    }

    [Fact]
    public void Should_pass_over_ids_outside_the_vocabulary()
    {
        var tokenizer = Fixtures.ByteLevel();
        tokenizer.Decode([-1, tokenizer.Id("paris")!.Value, 1_000_000]).ShouldBe("paris");
        Should.Throw<ArgumentOutOfRangeException>(() => tokenizer.Token(1_000_000)).Message.ShouldContain("1000000");
    }

    [Fact]
    public void Should_make_every_undecodable_byte_one_replacement_character()
    {
        var tokenizer = Fixtures.ByteFallback();
        int[] ids = [3 + 0xE5, 3 + 0x8F, tokenizer.Id("a")!.Value, 3 + 0xC3, 3 + 0xA9];
        tokenizer.Decode(ids).ShouldBe("\uFFFD\uFFFDaé");
    }
}
