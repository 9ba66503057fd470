using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;

namespace MindBridge.Memory.Tests.Evaluation;

public sealed class When_an_answer_ends
{
    [Theory]
    [InlineData(" Italian. He", "Italian", " Italian", true)]
    [InlineData(" Italian opera. He", "Italian", " Italian opera", false)]
    [InlineData(" Ital", "Italian", " Ital", false)]
    [InlineData(" Italian\nHe", "Italian", "Italian", true)]
    [InlineData(" italian, he", "Italian", "Italian", true)]
    [InlineData(" St. Louis. It", "St. Louis", "", true)]
    [InlineData(" St. Louis County. It", "St. Louis", "", false)]
    [InlineData(" St. Paul. Louis", "St. Louis", "", false)]
    [InlineData(" Washington, D.C. It", "Washington, D.C.", "", true)]
    [InlineData(" Washington, D.C", "Washington, D.C.", "", true)]
    [InlineData(" Washington. It", "Washington, D.C.", "", false)]
    [InlineData(" 3.5 metres. So", "3.5 metres", "", true)]
    [InlineData("", "Italian", "", false)]
    public void Should_count_the_whole_answer_and_nothing_less(string decoded, string expected, string _, bool hit)
    {
        var answer = NaturalStop.Answer(decoded, NaturalStop.Inside(expected), final: true)!;
        NormalisedMatch.Is(answer, expected).ShouldBe(hit);
    }

    [Theory]
    [InlineData(" Italian", null)]
    [InlineData(" Italian.", null)]
    [InlineData(" Italian. ", "Italian")]
    [InlineData(" 3.5", null)]
    [InlineData("\n", "")]
    public void Should_wait_until_a_terminator_is_sure(string decoded, string? answer) =>
        NaturalStop.Answer(decoded, 0, final: false)?.Trim().ShouldBe(answer);
}
