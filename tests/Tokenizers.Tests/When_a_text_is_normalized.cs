using System.Text.Json.Nodes;

namespace MindBridge.Tokenizers.Tests;

public class When_a_text_is_normalized
{
    [Theory]
    [InlineData("NFC", "e\u0301", "é")]
    [InlineData("NFC", "\u1100\u1161\u11A8", "각")]
    [InlineData("NFC", "a\u0316\u0301", "á\u0316")]
    [InlineData("NFC", "\u0344", "\u0308\u0301")]
    [InlineData("NFC", "\u212B", "Å")]
    [InlineData("NFC", "\u0958", "\u0915\u093C")]
    [InlineData("NFD", "ệ", "e\u0323\u0302")]
    [InlineData("NFD", "각", "\u1100\u1161\u11A8")]
    [InlineData("NFKC", "ﬁ²①Ｘ", "fi21X")]
    [InlineData("NFKC", "\uFDFA", "صلى الله عليه وسلم")]
    [InlineData("NFKD", "Ǆé", "DZ\u030Ce\u0301")]
    [InlineData("NFC", "𝅗𝅥", "\U0001D157\U0001D165")]
    public void Should_give_the_forms_of_Unicode(string form, string text, string normalized)
        => Shown(Fixtures.Parse($$"""{ "type": "{{form}}" }"""), text).ShouldBe(normalized);

    [Theory]
    [InlineData("""{ "type": "Lowercase" }""", "ÀİΣ𐐀", "ài\u0307σ𐐨")]
    [InlineData("""{ "type": "Strip", "strip_left": true, "strip_right": false }""", " \u3000a ", "a ")]
    [InlineData("""{ "type": "StripAccents" }""", "e\u0301o\u20DD", "eo")]
    [InlineData("""{ "type": "Prepend", "prepend": "x" }""", "a", "xa")]
    [InlineData("""{ "type": "Replace", "pattern": { "Regex": "\\s+" }, "content": "-" }""", "a  b\tc", "a-b-c")]
    [InlineData("""{ "type": "Sequence", "normalizers": [ { "type": "NFD" }, { "type": "StripAccents" }, { "type": "Lowercase" } ] }""", "ÉÑ", "en")]
    public void Should_follow_every_normalizer(string normalizer, string text, string normalized) => Shown(Fixtures.Parse(normalizer), text).ShouldBe(normalized);

    [Fact]
    public void Should_point_at_the_characters_the_user_wrote()
    {
        var tokenizer = Fixtures.ByteLevel(Fixtures.Qwen2Pattern, json => json["normalizer"] = Fixtures.Parse("""{ "type": "NFC" }"""));
        // Two characters that became one are covered together.
        tokenizer.Covered("cafe\u0301 paris").ShouldBe(["c", "a", "f", "e\u0301", "paris"]);
    }

    [Fact]
    public void Should_cover_a_character_by_each_of_its_bytes()
    {
        var tokenizer = Fixtures.ByteLevel();
        tokenizer.Covered("中😀.").ShouldBe(["中", "中", "中", "😀", "😀", "."]);
        tokenizer.EncodeWithSpans("中😀.").Select(p => p.Word).ShouldBe([0, 0, 0, 1, 1, 1]);
    }

    private static string Shown(JsonNode normalizer, string text)
    {
        var tokenizer = Fixtures.ByteLevel(change: json => json["normalizer"] = normalizer);
        return tokenizer.Decode(tokenizer.Encode(text));
    }
}
