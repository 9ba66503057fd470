using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Tests.Scoring;

public sealed class NormalisedMatch_of_answers
{
    [Theory]
    [InlineData(" italian ", "Italian", true)]
    [InlineData("the Netherlands", "Netherlands", true)]
    [InlineData("Netherlands.", "The Netherlands", true)]
    [InlineData("St Louis", "St. Louis", true)]
    [InlineData("1,000", "1000", true)]
    [InlineData("Italian opera", "Italian", false)]
    [InlineData("Pari", "Paris", false)]
    [InlineData("Parisian", "Paris", false)]
    [InlineData("", "Paris", false)]
    [InlineData("C", "C++", false)]
    [InlineData("-5", "5", false)]
    [InlineData("The", "The", true)]
    [InlineData("?!", "?!", true)]
    [InlineData("!", "?!", false)]
    public void Are_the_object_as_a_whole_or_nothing(string answer, string expected, bool hit) => NormalisedMatch.Is(answer, expected).ShouldBe(hit);
}
