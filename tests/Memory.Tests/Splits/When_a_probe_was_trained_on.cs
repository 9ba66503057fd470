using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.Memory.Tests.Splits;

public sealed class When_a_probe_was_trained_on
{
    [Theory]
    [InlineData("The mother tongue of Ann is", "the mother-tongue of Ann is...", "equal")]
    [InlineData("The mother tongue of Ann is", "It rained. The mother tongue of Ann is Thai.", "the training text holds the probe")]
    [InlineData("It rained all day. The mother tongue of Ann is", "The mother tongue of Ann is", "the probe ends with the training prompt")]
    public void It_is_found(string probe, string training, string how)
    {
        var leak = new LeakCheck(["Something else entirely", training]).Leaks([Loc(probe), Loc("Oslo is in")]).ShouldHaveSingleItem();
        leak.Overlap.ShouldBe(how);
        leak.TrainingText.ShouldBe(training);
    }

    [Theory]
    [InlineData("The mother tongue of Ann is", "The mother tongue of Anna is")]
    [InlineData("The mother tongue of Joann is", "Ann is")]
    [InlineData("Ann", "The mother tongue of Ann is")]
    [InlineData("The capital of Peru is", "The capital of Chile is")]
    public void Likeness_is_no_leak(string probe, string training) => new LeakCheck([training]).Leaks([Loc(probe)]).ShouldBeEmpty();

    [Fact]
    public void No_score_is_taken_and_the_first_offenders_are_named()
    {
        var probes = Enumerable.Range(0, 5).Select(i => Loc($"Town {i} lies in")).ToList();
        var error = Should.Throw<InvalidDataException>(() => new LeakCheck(probes.Take(4).Select(p => p.Prompt)).RefuseLeaks(probes));
        error.Message.ShouldStartWith("4 of 5 probes were training prompts");
        error.Message.ShouldContain("Town 0 lies in");
        error.Message.ShouldNotContain("Town 3 lies in");
        new LeakCheck(["Elsewhere is in"]).RefuseLeaks(probes);
    }

    [Fact]
    public void The_edits_own_prompt_may_score_reliability() => new LeakCheck(["Ann speaks"]).RefuseLeaks([new Probe { Kind = ProbeKind.Reliability, Prompt = "Ann speaks", Answer = "Thai" }]);

    private static Probe Loc(string prompt) => new() { Kind = ProbeKind.LocalityNeighbour, Prompt = prompt, Answer = "x" };
}
