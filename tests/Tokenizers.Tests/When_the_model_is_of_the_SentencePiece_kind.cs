namespace MindBridge.Tokenizers.Tests;

public class When_the_model_is_of_the_SentencePiece_kind
{
    [Theory]
    [InlineData("the Paris", "▁the ▁Paris")]
    [InlineData(" the", "▁ ▁the")]
    [InlineData("z\nЖ", "▁ z <0x0A> <0xD0> <0x96>")]
    [InlineData("a    a", "▁ a ▁▁▁▁ a")]
    public void Should_spell_a_text_of_Llama_2(string text, string pieces)
    {
        var tokenizer = Fixtures.ByteFallback();
        tokenizer.Encode(text, special: false).Select(tokenizer.Token).ShouldBe(pieces.Split(' '));
        tokenizer.Encode(text)[0].ShouldBe(1);
        tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(text);
    }

    [Fact]
    public void Should_point_at_what_the_user_wrote()
    {
        const string Text = "the Жa Paris";
        Fixtures.ByteFallback().Covered(Text).ShouldBe(["the", " ", "Ж", "Ж", "a", "Paris"]);
        Fixtures.ByteFallback().Words(Text).ShouldBe(["the", " Жa", "Paris"]);
    }

    [Fact]
    public void Should_fuse_unknown_characters_only_where_no_bytes_stand_behind()
    {
        var tokenizer = Fixtures.ByteFallback(json => json["model"]!["byte_fallback"] = false);
        tokenizer.Encode("aЖЖa", special: false).Select(tokenizer.Token).ShouldBe(["▁", "a", "<unk>", "a"]);
        tokenizer.Covered("aЖЖa").ShouldBe(["", "a", "ЖЖ", "a"], "the mark before the text stands for nothing in it");
    }

    [Theory]
    [InlineData("the Paris", " the| Paris")]
    [InlineData("a▁b", " |a|<0xE2>|<0x96>|<0x81>|<0x62>")]
    [InlineData("<s> a", " |<0x3C>|s|<0x3E>| |a")]
    [InlineData("", "")]
    public void Should_spell_a_text_as_llama2_c_does(string text, string pieces)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tok300.bin", Fixtures.Llama2C(" ", "a", "t", "h", "e", "he", " t", " the", "P", "ar", "r", "i", "s", " P", " Par", "is", " Paris"));
        var tokenizer = TextTokenizer.From(folder.Path);
        string.Join('|', tokenizer.Encode(text, special: false).Select(tokenizer.Token)).ShouldBe(pieces);
        tokenizer.Encode(text)[0].ShouldBe(1);
        tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(text);
        (tokenizer.Bos, tokenizer.Eos, tokenizer.Unk).ShouldBe((1, 2, 0));
    }

    [Fact]
    public void Should_know_the_sentence_of_stories260K()
    {
        var tokenizer = TextTokenizer.From(SharedData.PathOrSkip("data/llama2c-stories260K"));
        const string Text = "Zoo was a little girl named Lily. She loved to play outside in the park.";
        tokenizer.VocabularySize.ShouldBe(512);
        tokenizer.Encode("Zoo").ShouldBe([1, 410, 469, 347]);
        tokenizer.Decode(tokenizer.Encode(Text)).ShouldBe(Text);
    }

    [Fact]
    public void Should_read_SentencePieces_own_file()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.model", SentencePieceFile.Write(bpe: true, "▁", "t", "h", "e", "he", "▁t", "▁the", "a"));
        var tokenizer = TextTokenizer.From(folder.Path);
        tokenizer.Encode("the éa").Select(tokenizer.Token).ShouldBe(["<s>", "▁the", "▁", "<0xC3>", "<0xA9>", "a"]);
        tokenizer.Covered("the éa").ShouldBe(["the", " ", "é", "é", "a"]);
        tokenizer.Decode(tokenizer.Encode("the éa  a")).ShouldBe("the éa  a");
        tokenizer.Encode("<s>the", special: false)[0].ShouldBe(1);
    }

    [Fact]
    public void Should_refuse_a_unigram_model_by_name()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.model", SentencePieceFile.Write(bpe: false, "▁", "a"));
        Should.Throw<NotSupportedException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("unigram");
    }
}
