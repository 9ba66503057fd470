using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Tests.Scoring;

public sealed class ScoreCards_of_different_protocols
{
    private static readonly Probe[] s_probes = [.. Enumerable.Range(0, 10).Select(i => new Probe { Kind = ProbeKind.Generality, Prompt = $"p{i}", Answer = "a" })];

    [Fact]
    public void Are_never_compared()
    {
        var mine = Card("generate-exact");
        Should.Throw<ArgumentException>(() => mine.Minus(Card("teacher-forced-token"))).Message.ShouldContain("scores of different protocols are not comparable (generate-exact and teacher-forced-token)");
        Should.Throw<ArgumentException>(() => mine.Minus(mine with { Kind = ProbeKind.Reliability })).Message.ShouldContain("kinds of probe");
        Should.Throw<ArgumentException>(() => mine.Minus(mine with { ProbeSet = "other" })).Message.ShouldContain("probe sets");
        mine.Minus(Card("generate-exact", hits: 5)).ShouldBe(30, 1e-9);
    }

    [Fact]
    public void A_card_carries_its_evidence()
    {
        var card = Card("generate-exact");
        card.ShouldSatisfyAllConditions(c => c.Value.ShouldBe(80, 1e-9), c => c.N.ShouldBe(10), c => c.Low.ShouldBeLessThan(80), c => c.High.ShouldBeGreaterThan(80), c => c.ProbeSet.Length.ShouldBe(64));
        ScoreCard.HashOf([.. s_probes.Reverse()]).ShouldNotBe(card.ProbeSet);
        Should.Throw<ArgumentException>(() => ScoreCard.Of("p", "s", "x", ProbeKind.Generality, s_probes, [1], 0)).Message.ShouldContain("one score a probe");
    }

    private static ScoreCard Card(string protocol, int hits = 8) => ScoreCard.Of(protocol, "test/1", "direct", ProbeKind.Generality, s_probes, [.. s_probes.Select((_, i) => i < hits ? 1.0 : 0)], seed: 0);
}
