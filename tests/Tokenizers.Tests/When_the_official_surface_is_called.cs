using System.Text;
using Microsoft.ML.Tokenizers;

namespace MindBridge.Tokenizers.Tests;

/// <summary>What we ask of Microsoft.ML.Tokenizers, whoever supplies it: these hold for the package as for the bundled source.</summary>
public class When_the_official_surface_is_called
{
    [Fact]
    public void Should_spell_words_by_the_longest_pieces()
    {
        var tokenizer = WordPieceTokenizer.Create(Text("[UNK]\nun\n##aff\n##able\n##a"), new WordPieceOptions { UnknownToken = "[UNK]", ContinuingSubwordPrefix = "##", MaxInputCharsPerWord = 20 });
        tokenizer.EncodeToIds("unaffable", false, false).ShouldBe([1, 2, 3]);
        tokenizer.EncodeToIds("unaffaa", false, false).ShouldBe([1, 2, 4, 4]);
        tokenizer.EncodeToIds("unx", false, false).ShouldBe([0]);
        tokenizer.EncodeToIds(new string('a', 21), false, false).ShouldBe([0]);
    }

    [Fact]
    public void Should_merge_by_rank_and_then_from_the_left()
    {
        var tokenizer = BpeTokenizer.Create(Text("""{ "a": 0, "b": 1, "c": 2, "bc": 3, "ab": 4, "aa": 5, "aaaa": 6 }"""), Text("#version: 0.2\nb c\na b\na a\naa aa\n"));
        tokenizer.EncodeToIds("abc", false, false).ShouldBe([0, 3]);
        tokenizer.EncodeToIds("ab", false, false).ShouldBe([4]);
        tokenizer.EncodeToIds("aaaaa", false, false).ShouldBe([6, 0]);
        // The long way of merging gives what the short way gives.
        tokenizer.EncodeToIds(string.Concat(Enumerable.Repeat("abc", 40)), false, false).ShouldBe(Enumerable.Repeat<int[]>([0, 3], 40).SelectMany(x => x));
        tokenizer.EncodeToIds(new string('a', 43), false, false).ShouldBe([.. Enumerable.Repeat(6, 10), 5, 0]);
    }

    [Fact]
    public void Should_merge_pieces_by_score()
    {
        var tokenizer = LlamaTokenizer.Create(new MemoryStream(SentencePieceFile.Write(bpe: true, "a", "b", "c", "bc", "ab")), false);
        tokenizer.EncodeToIds("abcé", false, false).ShouldBe([259, 262, 3 + 0xC3, 3 + 0xA9]);
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
