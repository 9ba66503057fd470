using FsCheck;
using FsCheck.Fluent;
using Interval = MindBridge.Memory.Scoring.Interval;

namespace MindBridge.Memory.Tests.Scoring;

public sealed class Interval_of_scores
{
    [Fact]
    public void Agrees_with_the_normal_approximation_for_many_values()
    {
        var values = Enumerable.Range(0, 1000).Select(i => i % 10 < 9 ? 1.0 : 0).ToList();
        var interval = Interval.Of(values).InPercent;
        interval.Mean.ShouldBe(90, 1e-9);
        // 90 +- 1.96 sqrt(0.9 * 0.1 / 1000) = 88.1 to 91.9
        interval.Low.ShouldBe(88.1, 0.4);
        interval.High.ShouldBe(91.9, 0.4);
        interval.N.ShouldBe(1000);
    }

    [Fact]
    public void Holds_its_mean_stays_within_the_values_and_repeats_itself() => Prop.ForAll<NonEmptyArray<NormalFloat>, int>((items, seed) =>
    {
        var values = items.Get.Select(v => Math.Clamp(v.Get, -1e6, 1e6)).ToList();
        var interval = Interval.Of(values, seed, 200);
        return interval.Low <= interval.Mean && interval.Mean <= interval.High && interval.Low >= values.Min() - 1e-6 && interval.High <= values.Max() + 1e-6
            && interval == Interval.Of(values, seed, 200);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_paired_difference_sees_what_two_intervals_hide()
    {
        var random = new Random(1);
        var before = Enumerable.Range(0, 400).Select(_ => random.NextDouble() < 0.5 ? 1.0 : 0).ToList();
        var after = before.Select((v, i) => i % 25 == 0 ? 1.0 : v).ToList();
        Interval.OfDifference(before, after).ExcludesZero.ShouldBeTrue();
        Interval.Of(after).Low.ShouldBeLessThan(Interval.Of(before).High);
        Interval.OfDifference(before, before).ExcludesZero.ShouldBeFalse();
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Should.Throw<ArgumentException>(() => Interval.Of([])).Message.ShouldContain("nothing to average");
        Should.Throw<ArgumentException>(() => Interval.Of([1, double.NaN])).Message.ShouldContain("not a finite number");
        Should.Throw<ArgumentException>(() => Interval.OfDifference([1], [1, 2])).Message.ShouldContain("same probes");
    }
}
