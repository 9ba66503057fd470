namespace MindBridge.Tokenizers.Tests;

public class When_BERT_reads_a_text
{
    [Theory]
    [InlineData("The CAPITAL of France?", "the capital of france ?")]
    [InlineData("Parisian's café-Café", "par ##is ##ian ' s cafe - cafe")]
    [InlineData("unaffable unaffordable", "un ##aff ##able [UNK]")]
    [InlineData("the中文the", "the 中 文 the")]
    [InlineData("t\u00ADhe\u200D\u0000 \uFFFDis", "the is")]
    [InlineData("the\u2028is\u3000of\tt", "the is of t")]
    [InlineData("İ ı STRASSE straße", "i [UNK] [UNK] straße")]
    [InlineData("ΟΔΟΣ", "ο ##δ ##ο ##σ")]
    [InlineData("don't 1984", "don ' t 1 ##9 ##8 ##4")]
    [InlineData("[MASK] [mask]", "[MASK] [ mask ]")]
    public void Should_spell_it_as_Hugging_Face_does(string text, string pieces)
    {
        var tokenizer = Fixtures.Bert();
        tokenizer.Encode(text, special: false).Select(tokenizer.Token).ShouldBe(pieces.Split(' '));
    }

    [Fact]
    public void Should_put_its_own_tokens_around()
    {
        var tokenizer = Fixtures.Bert();
        tokenizer.Encode("is").Select(tokenizer.Token).ShouldBe(["[CLS]", "is", "[SEP]"]);
        (tokenizer.Cls, tokenizer.Sep, tokenizer.Pad, tokenizer.Mask, tokenizer.Unk, tokenizer.Bos).ShouldBe((2, 3, 0, 4, 1, null));
        tokenizer.VocabularySize.ShouldBe(Fixtures.BertVocabulary.Length);
    }

    [Fact]
    public void Should_keep_case_and_accents_where_the_folder_says_so()
    {
        var tokenizer = Fixtures.Bert("""{ "do_lower_case": false }""");
        tokenizer.Encode("The cafe the", special: false).Select(tokenizer.Token).ShouldBe(["[UNK]", "cafe", "the"]);
    }

    [Fact]
    public void Should_point_at_the_words_the_user_wrote()
    {
        const string Text = "  Is PÁRISIAN\u0301\u0000 中?";
        var tokenizer = Fixtures.Bert();
        var spans = tokenizer.EncodeWithSpans(Text);
        spans.Select(p => (tokenizer.Token(p.Id), Text[p.Start..p.End], p.Word)).ShouldBe(
            [("is", "Is", 0), ("par", "PÁR", 1), ("##is", "IS", 1), ("##ian", "IAN", 1), ("中", "中", 2), ("?", "?", 3)]);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(101, 1)]
    public void Should_not_know_words_of_more_than_a_hundred_characters(int length, int pieces)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n𐐨\n##𐐨\n");
        // A hundred characters, though two hundred UTF-16 units.
        TextTokenizer.From(folder.Path).Encode(string.Concat(Enumerable.Repeat("𐐀", length)), special: false).Count.ShouldBe(pieces);
    }
}
