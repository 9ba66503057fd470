using MindBridge.Inference.Generating;
using MindBridge.ServingWorld;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.Tests.Answering;

public sealed class When_text_is_held_back
{
    private static readonly TextTokenizer s_tokenizer = TextTokenizer.From(TrainedWorld.LlmFolder);

    [Theory]
    [InlineData("one STOP two", "STOP", "one ")]
    [InlineData("one STO two", "STOP", "one STO two")]
    [InlineData("abcabcabd", "abcabd", "abc")]
    [InlineData("ends in STO", "STOP", "ends in STO")]
    [InlineData("ééé ★ é", "★", "ééé ")]
    public void Should_never_give_out_a_stop_text_nor_lose_what_only_looked_like_one(string said, string stop, string expected)
    {
        var text = new StreamedText(s_tokenizer, [stop], naturalStop: false);

        Pieces(text, said).ShouldBe(expected);
    }

    [Theory]
    [InlineData(" Vienna. It is", " Vienna")]
    [InlineData(" 3.5 percent, they", " 3.5 percent")]
    [InlineData(" Vienna.", " Vienna")]
    [InlineData(" Vienna", " Vienna")]
    [InlineData(" Vienna\nAnd", " Vienna")]
    public void Should_end_with_the_first_complete_answer(string said, string expected)
    {
        var text = new StreamedText(s_tokenizer, [], naturalStop: true);

        Pieces(text, said).ShouldBe(expected);
    }

    private static string Pieces(StreamedText text, string said)
    {
        var given = "";
        foreach (var token in s_tokenizer.Encode(said, special: false))
        {
            if (text.Ended) break;
            given += text.Append(token);
        }

        return given + text.Finish();
    }
}
