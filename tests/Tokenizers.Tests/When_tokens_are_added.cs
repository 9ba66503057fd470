using System.Text.Json.Nodes;

namespace MindBridge.Tokenizers.Tests;

public class When_tokens_are_added
{
    [Fact]
    public void Should_find_them_before_anything_else()
    {
        var tokenizer = Fixtures.ByteLevel();
        var end = tokenizer.SpecialTokens["<|endoftext|>"];
        tokenizer.Encode("the<|endoftext|>paris").ShouldBe([.. tokenizer.Encode("the"), end, .. tokenizer.Encode("paris")]);
        tokenizer.EncodeWithSpans("a<|endoftext|>b").Select(p => (p.Start, p.End, p.Word)).ShouldBe([(0, 1, 0), (1, 14, 1), (14, 15, 2)]);
    }

    [Theory]
    [InlineData("lstrip", "a  <x> b", "a|  <x>| b")]
    [InlineData("rstrip", "a <x>  b", "a| |<x>  |b")]
    [InlineData("none", "a <x> b", "a| |<x>| b")]
    public void Should_take_in_white_space_as_they_say(string strip, string text, string parts)
    {
        var tokenizer = With(Fixtures.Added(900, "<x>", lstrip: strip == "lstrip", rstrip: strip == "rstrip"));
        string.Join('|', tokenizer.EncodeWithSpans(text).GroupBy(p => p.Word).Select(w => w.First().Id == 900 ? text[w.First().Start..w.First().End] : tokenizer.Decode(w.Select(p => p.Id))))
            .ShouldBe(parts);
    }

    [Fact]
    public void Should_leave_single_words_alone_inside_others()
    {
        var tokenizer = With(Fixtures.Added(900, "par", special: false, singleWord: true));
        tokenizer.Encode("par").ShouldBe([900]);
        tokenizer.Encode("(par)").ShouldContain(900);
        tokenizer.Encode("paris").ShouldNotContain(900);
        tokenizer.Encode("épar").ShouldNotContain(900);
        tokenizer.Encode("𐐀par").ShouldNotContain(900);
    }

    [Fact]
    public void Should_prefer_the_longest()
    {
        var tokenizer = With(Fixtures.Added(900, "<x>"), Fixtures.Added(901, "<x><y>"));
        tokenizer.Encode("<x><x><y>").ShouldBe([900, 901]);
    }

    [Fact]
    public void Should_look_for_normalized_ones_in_the_normalized_text()
    {
        var tokenizer = Fixtures.ByteLevel(change: json =>
        {
            json["normalizer"] = Fixtures.Parse("""{ "type": "Lowercase" }""");
            json["added_tokens"] = new JsonArray(Fixtures.Added(900, "Foo", special: false, normalized: true), Fixtures.Added(901, "Bar", special: false));
        });
        tokenizer.Encode("FOO").ShouldBe([900]);
        tokenizer.Encode("Bar").ShouldBe([901]);
        tokenizer.Encode("BAR").ShouldNotContain(901);
    }

    [Fact]
    public void Should_leave_only_special_ones_out_when_decoding()
    {
        var tokenizer = With(Fixtures.Added(900, "<tool>", special: false), Fixtures.Added(901, "<end>"));
        tokenizer.Decode([900, 901]).ShouldBe("<tool>");
        tokenizer.Decode([900, 901], skipSpecial: false).ShouldBe("<tool><end>");
        tokenizer.SpecialTokens.Keys.ShouldBe(["<end>"]);
    }

    [Theory]
    [InlineData("""{ "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "<|begin|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "E", "type_id": 0 } } ], "special_tokens": { "<|begin|>": { "ids": [ 7 ] }, "E": { "ids": [ 8, 9 ] } } }""", "7 | 8 9")]
    [InlineData("""{ "type": "BertProcessing", "sep": [ "S", 3 ], "cls": [ "C", 2 ] }""", "2 | 3")]
    [InlineData("""{ "type": "RobertaProcessing", "sep": [ "S", 3 ], "cls": [ "C", 2 ], "trim_offsets": true, "add_prefix_space": false }""", "2 | 3")]
    [InlineData("""{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false }""", " | ")]
    [InlineData("""{ "type": "Sequence", "processors": [ { "type": "ByteLevel" }, { "type": "BertProcessing", "sep": [ "S", 3 ], "cls": [ "C", 2 ] } ] }""", "2 | 3")]
    public void Should_put_around_a_text_what_the_post_processor_says(string processor, string around)
    {
        var tokenizer = Fixtures.ByteLevel(change: json => json["post_processor"] = Fixtures.Parse(processor));
        string.Join(' ', tokenizer.Encode("paris")).ShouldBe(around.Replace("|", tokenizer.Id("paris").ToString(), StringComparison.Ordinal).Trim());
        tokenizer.Encode("paris", special: false).ShouldBe([tokenizer.Id("paris")!.Value]);
    }

    private static TextTokenizer With(params JsonObject[] added) => Fixtures.ByteLevel(change: json => json["added_tokens"] = new JsonArray([.. added]));
}
