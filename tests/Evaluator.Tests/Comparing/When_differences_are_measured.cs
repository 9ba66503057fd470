using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.Tests.Comparing;

public sealed class When_differences_are_measured
{
    // R: binom.test(b, b + c)$p.value.
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(0, 6, 0.03125)]
    [InlineData(3, 10, 0.0922851563)]
    [InlineData(2, 20, 0.0001211166)]
    [InlineData(500, 500, 1)]
    [InlineData(400, 500, 0.00095655)]
    public void Should_test_hits_exactly(int better, int worse, double p) => McNemar.P(better, worse).ShouldBe(p, 1e-6);

    // R: wilcox.test(d, exact = TRUE)$p.value for d without ties.
    [Fact]
    public void Should_test_other_values_by_their_signed_ranks()
    {
        SignedRanks.P([]).ShouldBe(1);
        SignedRanks.P([0, 0]).ShouldBe(1);
        SignedRanks.P([0.1, 0.2, 0.3, 0.4, 0.5]).ShouldBe(0.0625, 1e-12);
        SignedRanks.P([1.83 - 0.878, 0.50 - 0.647, 1.62 - 0.598, 2.48 - 2.05, 1.68 - 1.06, 1.88 - 1.29, 1.55 - 1.06, 3.06 - 3.14, 1.30 - 1.29]).ShouldBe(0.0390625, 1e-12);
        SignedRanks.P([.. Enumerable.Range(1, 30).Select(i => i % 3 == 0 ? -i : (double)i)]).ShouldBe(0.1706, 0.004);
        SignedRanks.P([.. Enumerable.Range(1, 40).Select(i => i % 2 == 0 ? -i : (double)i)]).ShouldBeGreaterThan(0.5);
    }

    // Wilson 1927 as R's prop.test(correct = FALSE) has it.
    [Theory]
    [InlineData(0.5, 100, 0.403832, 0.596168)]
    [InlineData(0.9, 10, 0.595850, 0.982124)]
    [InlineData(0, 20, 0, 0.161125)]
    [InlineData(1, 20, 0.838875, 1)]
    public void Should_tell_where_a_share_lies(double share, int n, double low, double high)
    {
        var interval = Wilson.Of(share, n);
        interval.Low.ShouldBe(low, 1e-5);
        interval.High.ShouldBe(high, 1e-5);
    }

    // Newcombe 1998 (paired), table III: 36, 12, 2, 0 gives 0.0569 to 0.3404.
    [Fact]
    public void Should_tell_where_the_difference_of_paired_shares_lies()
    {
        var (low, high) = McNemar.Interval(both: 36, better: 2, worse: 12, neither: 0);
        (-high).ShouldBe(0.0569, 5e-4);
        (-low).ShouldBe(0.3404, 5e-4);
    }

    [Fact]
    public void Should_cover_the_truth_as_often_as_it_says()
    {
        var (random, covered) = (new Random(7), 0);
        const int trials = 1000, n = 60;
        for (var trial = 0; trial < trials; trial++)
        {
            var pairs = Enumerable.Range(0, n).Select(_ => random.NextDouble() is var u && u < 0.6 ? (1, 1) : u < 0.8 ? (0, 1) : u < 0.9 ? (1, 0) : (0, 0)).Select(p => ((double)p.Item1, (double)p.Item2)).ToList();
            var difference = FigureDifference.Of("rel", "generate-exact", pairs);
            if (difference.Low <= 10 && difference.High >= 10) covered++;
        }

        covered.ShouldBeInRange(930, 985, "a 95 % interval holds the truth, 10 points here, 95 times of 100");
    }

    [Fact]
    public void Should_pair_by_probe_and_leave_the_others_out()
    {
        var before = Enumerable.Range(0, 40).Select(i => Outcome(i, 1)).ToList();
        var after = Enumerable.Range(8, 40).Select(i => Outcome(i, i < 18 ? 0 : 1)).ToList();

        var comparison = Comparison.Of("generate-exact", before, after)!;

        (comparison.OnlyInFirst, comparison.OnlyInSecond, comparison.Changed.Count).ShouldBe((8, 8, 10));
        var rel = comparison.Figures.Single();
        (rel.Figure, rel.Pairs, rel.First, rel.Second, rel.Better, rel.Worse, rel.Test, rel.Significant).ShouldBe(("rel", 32, 100, 68.75, 0, 10, "mcnemar-exact", true));
        rel.P.ShouldBe(2 * Math.Pow(0.5, 10), 1e-12);
        Comparison.Of("generate-exact", before, [Outcome(100, 1)]).ShouldBeNull();
        Comparison.Of("teacher-forced-token", [Outcome(1, 0.5)], [Outcome(1, 0.75)])!.Figures.Single().Test.ShouldBe("wilcoxon");
        Comparison.Of("divergence", [Outcome(1, 1)], [Outcome(1, 0)])!.Figures.Single().ShouldSatisfyAllConditions(f => f.Test.ShouldBe("wilcoxon"), f => f.Difference.ShouldBe(-1));
    }

    [Fact]
    public void Should_know_where_less_is_better()
    {
        var (before, after) = ((ProbeOutcome[])[Outcome(1, 0.2), Outcome(2, 0.2), Outcome(3, 0.2)], (ProbeOutcome[])[Outcome(1, 0.1), Outcome(2, 0.9), Outcome(3, 0.3)]);

        var comparison = Comparison.Of("divergence", before, after)!;

        comparison.Changed.Select(c => c.First.Place).ShouldBe([2, 3, 1], "the greatest loss comes first");
        comparison.Figures.Single().ShouldSatisfyAllConditions(f => f.Better.ShouldBe(1), f => f.Worse.ShouldBe(2));
        Comparison.Of("probability", before, after)!.Changed.Select(c => c.First.Place).ShouldBe([1, 3, 2]);
        ScoringProtocol.Gain("general-ability", "perplexity", 20, 30).ShouldBe(-10);
        ScoringProtocol.Gain("general-ability", "mmlu", 20, 30).ShouldBe(10);
        (ScoringProtocol.IsHit("divergence", "LocalityNeighbour", 1.5), ScoringProtocol.IsHit("divergence", "LocalityNeighbour", 0), ScoringProtocol.IsHit("generate-exact", "Reliability", 1), ScoringProtocol.IsHit("probability", "Reliability", 0.9))
            .ShouldBe((false, true, true, false));
    }

    private static ProbeOutcome Outcome(int probe, double value) =>
        new() { EvaluationId = Guid.Empty, Place = probe, Kind = "Reliability", EditId = null, Prompt = $"prompt {probe}", Answer = "a", BeforeText = "", AfterText = "", Value = value };
}
