using FsCheck;
using FsCheck.Fluent;
using MindBridge.Models.Pretraining;
using MindBridge.Tokenizers;

namespace MindBridge.Models.Tests.Pretraining;

public sealed class When_a_tokenizer_is_trained : IDisposable
{
    private static readonly string[] Texts =
    [
        "The lamp near the harbour was damp.", "The lamp was cold, the harbour colder.", "A harbour without a lamp: that is a harbour at night.",
        "Numbers 12, 345 and 6789 don't matter; words do.",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_ordinally_first()
    {
        (string[], long)[] words = [(["a", "b", "c"], 5), (["b", "c"], 2), (["x", "y"], 7), (["q", "r"], 7)];
        var merges = PairMerging.Learn(words, 10, string.Concat);
        // b+c and q+r and x+y all occur 7 times.
        merges.ShouldBe([("b", "c"), ("q", "r"), ("x", "y"), ("a", "bc")]);
    }

    [Fact]
    public void A_pair_that_occurs_once_is_not_learned() =>
        PairMerging.Learn([(["a", "b"], 1)], 10, string.Concat).ShouldBeEmpty();

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Any_text_survives_byte_level_encoding(string kind)
    {
        Write(kind, 300);
        var tokenizer = TextTokenizer.From(folder);
        Prop.ForAll<NonNull<string>>(text =>
        {
            // Half a surrogate pair has no UTF-8 form.
            var valid = new string(text.Get.Where(c => !char.IsSurrogate(c)).ToArray());
            return tokenizer.Decode(tokenizer.Encode(valid, special: false)) == valid;
        }).QuickCheckThrowOnFailure();
        tokenizer.Decode(tokenizer.Encode("Zürich ≠ 東京 🙂", special: false)).ShouldBe("Zürich ≠ 東京 🙂");
    }

    [Fact]
    public void Frequent_words_become_one_token_in_every_kind()
    {
        foreach (var kind in new[] { "gpt2", "llama" })
        {
            Write(kind, 330);
            TextTokenizer.From(folder).Encode(" harbour", special: false).Count.ShouldBe(1, kind);
        }
        Write("bert", 120);
        var wordPiece = TextTokenizer.From(folder);
        wordPiece.Encode("Harbour", special: false).Count.ShouldBe(1);
        wordPiece.Encode("harbour").ShouldBe([wordPiece.Cls!.Value, wordPiece.Encode("harbour", special: false)[0], wordPiece.Sep!.Value]);
        wordPiece.Encode("ж", special: false).ShouldBe([wordPiece.Unk!.Value]);
    }

    [Fact]
    public void The_special_tokens_of_each_kind_are_where_its_model_expects_them()
    {
        Write("llama", 300);
        var llama = TextTokenizer.From(folder);
        llama.Encode("lamp")[0].ShouldBe(llama.Bos!.Value);
        (llama.Eos!.Value - llama.Bos.Value).ShouldBe(1);
        Write("gpt2", 300);
        var gpt2 = TextTokenizer.From(folder);
        gpt2.Eos.ShouldBe(gpt2.VocabularySize - 1);
        gpt2.Encode("lamp")[0].ShouldNotBe(gpt2.Eos!.Value);
        Write("bert", 120);
        TextTokenizer.From(folder).Pad.ShouldBe(0);
    }

    [Fact]
    public void The_same_text_gives_the_same_files()
    {
        Write("gpt2", 320);
        var first = File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"));
        Write("gpt2", 320);
        File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")).ShouldBe(first);
    }

    [Fact]
    public void A_vocabulary_without_room_is_refused_with_the_remedy()
    {
        Should.Throw<ArgumentException>(() => Write("gpt2", 200)).Message.ShouldContain("--vocab");
        Should.Throw<ArgumentException>(() => Write("bert", 10)).Message.ShouldContain("--vocab");
    }

    private void Write(string kind, int vocabulary)
    {
        foreach (var file in Directory.GetFiles(folder)) File.Delete(file);
        var texts = Texts.Concat(Texts.Select(t => " " + t));
        switch (kind)
        {
            case "gpt2": BytePairTokenizer.WriteGpt2(texts, vocabulary, 64, folder); break;
            case "llama": BytePairTokenizer.WriteLlama(texts, vocabulary, 64, folder); break;
            default: WordPieceTokenizer.Write(texts, vocabulary, 64, folder); break;
        }
    }
}
