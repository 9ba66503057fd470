using MindBridge.EncoderTrainer.PlanningShards;

namespace MindBridge.EncoderTrainer.Tests.Planning;

public sealed class When_facts_are_dealt_out
{
    private static readonly Guid Memory = Guid.NewGuid();
    private static readonly Guid[] Facts = [.. Enumerable.Range(0, 7).Select(_ => Guid.NewGuid())];

    [Fact]
    public void Should_open_shards_as_they_fill()
    {
        var first = ShardAssignment.Of(Memory, [], new Dictionary<Guid, Guid>(), Facts, 3);

        first.Shards.Select(shard => shard.Place).ShouldBe([1, 2, 3]);
        first.Opened.ShouldBe(first.Shards);
        Facts.Select(fact => first.ShardOf[fact]).CountBy(shard => shard).Select(count => count.Value).ShouldBe([3, 3, 1]);
    }

    [Fact]
    public void Should_keep_a_fact_where_it_is_and_fill_what_another_left()
    {
        var first = ShardAssignment.Of(Memory, [], new Dictionary<Guid, Guid>(), Facts[..6], 3);

        // The second fact is gone, the seventh is new.
        var next = ShardAssignment.Of(Memory, first.Shards, first.ShardOf, [Facts[6], Facts[5], .. Facts[2..5], Facts[0]], 3);

        next.Opened.ShouldBeEmpty();
        next.ShardOf.Keys.ShouldNotContain(Facts[1]);
        foreach (var kept in (Guid[])[Facts[0], .. Facts[2..6]]) next.ShardOf[kept].ShouldBe(first.ShardOf[kept]);
        next.ShardOf[Facts[6]].ShouldBe(first.ShardOf[Facts[1]]);
    }

    [Fact]
    public void Should_leave_a_shard_that_is_over_a_smaller_capacity_alone()
    {
        var first = ShardAssignment.Of(Memory, [], new Dictionary<Guid, Guid>(), Facts[..4], 4);

        var next = ShardAssignment.Of(Memory, first.Shards, first.ShardOf, Facts[..5], 2);

        next.ShardOf.Where(of => of.Value == first.Shards[0].Id).Select(of => of.Key).ShouldBe(Facts[..4], ignoreOrder: true);
        next.ShardOf[Facts[4]].ShouldBe(next.Opened.ShouldHaveSingleItem().Id);
    }
}
