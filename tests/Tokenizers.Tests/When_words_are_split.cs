namespace MindBridge.Tokenizers.Tests;

public class When_words_are_split
{
    [Theory]
    [InlineData(Fixtures.Gpt2Pattern, "don't I'LL", "don|'t| I|'|LL")]
    [InlineData(Fixtures.Llama3Pattern, "don't I'LL", "don|'t| I|'LL")]
    [InlineData(Fixtures.Llama3Pattern, "it'ſ ok", "it|'ſ| ok")]
    [InlineData(Fixtures.Gpt2Pattern, "in 19845", "in| 19845")]
    [InlineData(Fixtures.Llama3Pattern, "in 19845", "in| |198|45")]
    [InlineData(Fixtures.Qwen2Pattern, "in 198", "in| |1|9|8")]
    [InlineData(Fixtures.Gpt2Pattern, "a   b", "a|  | b")]
    [InlineData(Fixtures.Llama3Pattern, "a\n\n b", "a|\n\n| b")]
    [InlineData(Fixtures.Llama3Pattern, "a \n\n  b", "a| \n\n| | b")]
    [InlineData(Fixtures.Llama3Pattern, "a!!\n\nb", "a|!!\n\n|b")]
    [InlineData(Fixtures.Gpt2Pattern, "x \u00A0\u3000 y", "x| \u00A0\u3000| y")]
    // Astral letters, numbers and symbols are what they are, not two unknown halves.
    [InlineData(Fixtures.Gpt2Pattern, "𐐀𐐨a 𝟘𝟙1 😀!", "𐐀𐐨a| 𝟘𝟙1| 😀!")]
    [InlineData(Fixtures.Llama3Pattern, "-𐐀𐐨 𝟘𝟙𝟚𝟛", "-𐐀𐐨| |𝟘𝟙𝟚|𝟛")]
    [InlineData(Fixtures.Llama3Pattern, "𠀀中 ²Ⅷ١", "𠀀中| |²Ⅷ١")]
    public void Should_cut_where_the_patterns_of_the_models_do(string pattern, string text, string words)
    {
        // The fixture's spans leave white space off, so the cut is shown through a tokenizer whose pieces are the words' bytes.
        var tokenizer = Fixtures.ByteLevel(pattern == Fixtures.Gpt2Pattern ? null : pattern, json => json["model"]!["merges"] = new System.Text.Json.Nodes.JsonArray());
        var shown = tokenizer.EncodeWithSpans(text).GroupBy(p => p.Word).Select(w => tokenizer.Decode(w.Select(p => p.Id)));
        string.Join('|', shown).ShouldBe(words);
    }

    [Theory]
    [InlineData("""{ "type": "Whitespace" }""", "Hey, naïve 2 _x!", "Hey|,|naïve|2|_x|!")]
    [InlineData("""{ "type": "WhitespaceSplit" }""", "Hey, you!\u2028ok", "Hey,|you!|ok")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Isolated" }""", "a?!b", "a|?|!|b")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Contiguous" }""", "a?!b", "a|?!|b")]
    [InlineData("""{ "type": "Digits", "individual_digits": true }""", "ab12²c", "ab|1|2|²|c")]
    [InlineData("""{ "type": "Digits", "individual_digits": false }""", "ab12²c", "ab|12²|c")]
    [InlineData("""{ "type": "BertPreTokenizer" }""", "a-b $c", "a|-|b|$|c")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "Removed", "invert": false }""", "a-b--c", "a|b|c")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "MergedWithPrevious", "invert": false }""", "a-b--c", "a-|b-|-|c")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "MergedWithNext", "invert": false }""", "a-b--c", "a|-b|-|-c")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "Contiguous", "invert": false }""", "a-b--c", "a|-|b|--|c")]
    [InlineData("""{ "type": "Split", "pattern": { "Regex": "[a-z]+" }, "behavior": "Removed", "invert": true }""", "a-b--c", "a|b|c")]
    [InlineData("""{ "type": "Split", "pattern": { "Regex": "\\p{Han}++|[^\\p{Han}]" }, "behavior": "Isolated", "invert": false }""", "中文𠀀ab", "中文𠀀|a|b")]
    [InlineData("""{ "type": "Sequence", "pretokenizers": [ { "type": "WhitespaceSplit" }, { "type": "Digits", "individual_digits": true } ] }""", "a1 b22", "a|1|b|2|2")]
    public void Should_follow_every_pre_tokenizer(string splitter, string text, string words)
        => string.Join('|', Fixtures.ByteFallback(json =>
        {
            json["normalizer"] = null;
            json["pre_tokenizer"] = Fixtures.Parse(splitter);
        }).Words(text)).ShouldBe(words);

    [Fact]
    public void Should_put_a_space_before_the_first_word_where_asked()
    {
        var tokenizer = Fixtures.ByteLevel(change: json => json["pre_tokenizer"]!["add_prefix_space"] = true);
        tokenizer.Encode("the").ShouldBe(tokenizer.Encode(" the"));
        tokenizer.EncodeWithSpans("the").ShouldBe([(tokenizer.Id("Ġthe")!.Value, 0, 3, 0)]);
    }

    [Fact]
    public void Should_take_a_whole_word_from_the_vocabulary_before_merging_where_asked()
    {
        void With(System.Text.Json.Nodes.JsonObject json, bool ignore)
        {
            json["model"]!["vocab"]!["unreachable"] = 5000;
            json["model"]!["ignore_merges"] = ignore;
        }

        Fixtures.ByteLevel(Fixtures.Llama3Pattern, json => With(json, ignore: true)).Encode("unreachable").ShouldBe([5000]);
        Fixtures.ByteLevel(Fixtures.Llama3Pattern, json => With(json, ignore: false)).Encode("unreachable").Count.ShouldBeGreaterThan(1);
    }
}
