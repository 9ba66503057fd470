using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.Tests.Gating;

public sealed class When_scores_meet_a_gate
{
    private static readonly Gate s_gate = Gate.OfSettings("generate-exact", leastRel: 90, leastGen: 70, leastLoc: 90, mostDrop: 5);

    [Theory]
    [InlineData(90, 70, 90, 0)]
    [InlineData(89.9, 70, 90, 1)]
    [InlineData(89.9, 69.9, 89.9, 3)]
    public void Should_give_a_reason_for_each_score_below_the_least(double rel, double gen, double loc, int reasons) =>
        s_gate.Judge(Taken(rel, gen, loc), null).Reasons.Count.ShouldBe(reasons);

    [Fact]
    public void Should_leave_out_a_kind_without_probes_and_note_it()
    {
        var verdict = s_gate.Judge(Taken(95, null, 95), null);

        verdict.Passed.ShouldBeTrue();
        verdict.Notes.ShouldBe(["gen was left out: there are no probes of that kind"]);
    }

    [Fact]
    public void Should_hold_what_has_no_probe_that_counts()
    {
        s_gate.Judge(Taken(null, null, null), null).Reasons.Single().ShouldContain("no probes");
        s_gate.Judge(new Scores("generate-exact", new Dictionary<string, double> { ["port"] = 100 }, new Dictionary<string, int> { ["port"] = 3 }), null).Passed.ShouldBeFalse();
    }

    [Fact]
    public void Should_allow_a_small_drop_from_the_champion_and_no_more()
    {
        s_gate.Judge(Taken(95, 80, 95), Taken(100, 85, 100)).Passed.ShouldBeTrue();
        s_gate.Judge(Taken(94.9, 80, 95), Taken(100, 85, 100)).Reasons.Single().ShouldBe("rel is 94.9 %, 5.1 points below the champion's 100.0 %; at most 5.0 are allowed");
        s_gate.Judge(Taken(95, null, 95), Taken(95, 85, 95)).Passed.ShouldBeTrue();
    }

    [Fact]
    public void Should_refuse_to_compare_scores_of_different_protocols() =>
        Should.Throw<ArgumentException>(() => s_gate.Judge(Taken(95, 80, 95), Taken(95, 80, 95) with { Protocol = "generate-prefix" })).Message.ShouldContain("scores of different protocols are not comparable (generate-exact and generate-prefix)");

    [Fact]
    public void Should_draw_the_same_probes_each_time_and_of_each_kind_its_share()
    {
        var probes = Enumerable.Range(0, 400).Select(i => new Probe(i < 10 ? ProbeKind.Portability : i < 100 ? ProbeKind.Reliability : ProbeKind.Generality, $"prompt {i}", "a", null, $"{i}")).ToList();

        var drawn = ProbeSample.Draw(probes, 100);

        drawn.Count.ShouldBe(100);
        drawn.CountBy(p => p.Kind).ToDictionary().ShouldBe(new Dictionary<ProbeKind, int> { [ProbeKind.Portability] = 10, [ProbeKind.Reliability] = 45, [ProbeKind.Generality] = 45 }, ignoreOrder: true);
        var shuffled = probes.ToArray();
        new Random(1).Shuffle(shuffled);
        ProbeSample.Draw(shuffled, 100).ShouldBe(drawn, ignoreOrder: true);
        ProbeSample.Draw(probes, 400).ShouldBe(probes);
    }

    [Theory]
    [InlineData("divergence", 1000, "Evaluation:Protocol")]
    [InlineData("generate-exact", 0, "Evaluation:MostProbes")]
    public void Should_refuse_settings_that_make_no_gate(string protocol, int most, string said) =>
        Should.Throw<ArgumentException>(() => new EvaluationSettings { Protocol = protocol, MostProbes = most }.Checked()).Message.ShouldContain(said);

    private static Scores Taken(double? rel, double? gen, double? loc)
    {
        var percent = ((string, double?)[])[("rel", rel), ("gen", gen), ("loc", loc)];
        var taken = percent.Where(p => p.Item2 is not null).ToDictionary(p => p.Item1, p => p.Item2!.Value, StringComparer.Ordinal);
        return new Scores("generate-exact", taken, taken.ToDictionary(p => p.Key, _ => 100, StringComparer.Ordinal));
    }
}
