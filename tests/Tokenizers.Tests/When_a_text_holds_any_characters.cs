using FsCheck;
using FsCheck.Fluent;

namespace MindBridge.Tokenizers.Tests;

public class When_a_text_holds_any_characters
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(250).WithQuietOnSuccess(true);

    public static TheoryData<string> Kinds => ["bert", "gpt2", "llama3", "qwen2", "llama2", "llama2.c"];

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    public void Should_give_back_the_text_that_byte_level_pieces_were_made_of(string kind)
    {
        var tokenizer = Make(kind);
        Prop.ForAll(AnyText.Whole, text => tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false) == text).Check(Often);
    }

    [Fact]
    public void Should_give_back_the_text_that_fell_back_to_bytes()
    {
        var tokenizer = Make("llama2.c");
        Prop.ForAll(AnyText.Whole, text => tokenizer.Decode(tokenizer.Encode(text)) == text).Check(Often);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Should_keep_spans_in_order_and_inside_the_text(string kind)
    {
        var tokenizer = Make(kind);
        Prop.ForAll(AnyText.Broken, text =>
        {
            var spans = tokenizer.EncodeWithSpans(text);
            (int Id, int Start, int End, int Word) last = (0, 0, 0, 0);
            foreach (var span in spans)
            {
                if (span.Start < last.Start || span.Word < last.Word || span.Start > span.End || span.End > text.Length) return false;
                if (Halves(text, span.Start) || Halves(text, span.End)) return false;
                last = span;
            }

            return spans.Select(s => s.Id).SequenceEqual(tokenizer.Encode(text, special: false));
        }).Check(Often);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("llama2")]
    [InlineData("llama2.c")]
    public void Should_cover_every_character_but_white_space(string kind)
    {
        var tokenizer = Make(kind);
        Prop.ForAll(AnyText.Broken, text =>
        {
            var covered = new bool[text.Length];
            foreach (var (_, start, end, _) in tokenizer.EncodeWithSpans(text)) covered.AsSpan(start, end - start).Fill(true);
            for (var i = 0; i < text.Length; i++)
            {
                if (!covered[i] && !char.IsWhiteSpace(text[i])) return false;
            }

            return true;
        }).Check(Often);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Should_stream_any_ids_to_exactly_what_decoding_gives(string kind)
    {
        var tokenizer = Make(kind);
        foreach (var skipSpecial in (ReadOnlySpan<bool>)[true, false])
        {
            var skip = skipSpecial;
            Prop.ForAll(AnyText.Ids(tokenizer.VocabularySize), ids =>
            {
                var stream = tokenizer.NewStream(skip);
                var pieces = ids.Select(stream.Append).ToList();
                pieces.Add(stream.Flush());
                // No piece may hold half a character.
                return string.Concat(pieces) == tokenizer.Decode(ids, skip) && pieces.TrueForAll(p => !p.Where((_, i) => IsLone(p, i)).Any());
            }).Check(Often);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Should_treat_half_a_surrogate_pair_as_the_replacement_character(string kind)
    {
        var tokenizer = Make(kind);
        foreach (var text in (ReadOnlySpan<string>)["\uD83D", "a\uDE00b", "paris \uD83D", "\uDE00\uD83D\uDE00"])
        {
            var replaced = new string([.. text.Select((c, i) => IsLone(text, i) ? '\uFFFD' : c)]);
            tokenizer.Encode(text).ShouldBe(tokenizer.Encode(replaced));
            tokenizer.EncodeWithSpans(text).ShouldBe(tokenizer.EncodeWithSpans(replaced));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Should_make_nothing_of_an_empty_text(string kind)
    {
        var tokenizer = Make(kind);
        tokenizer.Encode("", special: false).ShouldBeEmpty();
        tokenizer.EncodeWithSpans("").ShouldBeEmpty();
        tokenizer.Decode([]).ShouldBe("");
        tokenizer.NewStream().Flush().ShouldBe("");
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("llama2")]
    public void Should_read_a_megabyte_within_seconds(string kind)
    {
        var tokenizer = Make(kind);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in (ReadOnlySpan<string>)[new string('a', 1 << 20), new string(' ', 1 << 20) + "x", string.Concat(Enumerable.Repeat("the Paris 😀 é\n", 10_000)), string.Concat(Enumerable.Repeat("<|s>[", 20_000))])
            tokenizer.Encode(text).Count.ShouldBeGreaterThan(0);
        // Anything that costs the square of the length would take hours.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    private static bool Halves(string text, int at) => at > 0 && at < text.Length && char.IsSurrogatePair(text[at - 1], text[at]);

    private static bool IsLone(string text, int i)
        => char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) : i > 0 && char.IsHighSurrogate(text[i - 1]));

    private static TextTokenizer Make(string kind)
    {
        switch (kind)
        {
            case "bert": return Fixtures.Bert();
            case "gpt2": return Fixtures.ByteLevel();
            case "llama3": return Fixtures.ByteLevel(Fixtures.Llama3Pattern, json => json["model"]!["ignore_merges"] = true);
            case "qwen2": return Fixtures.ByteLevel(Fixtures.Qwen2Pattern, json => json["normalizer"] = Fixtures.Parse("""{ "type": "NFC" }"""));
            case "llama2": return Fixtures.ByteFallback();
            default:
                using (var folder = new TemporaryFolder())
                {
                    folder.Write("tokenizer.bin", Fixtures.Llama2C(" ", "a", "t", "h", "e", "he", " t", " the", "P", "ar", "r", "i", "s", " P", " Par", "is", " Paris"));
                    return TextTokenizer.From(folder.Path);
                }
        }
    }
}
