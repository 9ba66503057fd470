using MindBridge.Inference.TakingTurns;

namespace MindBridge.Inference.Tests.Queueing;

public sealed class When_requests_wait_in_a_lane
{
    [Fact]
    public async Task Should_run_one_at_a_time_and_tenants_in_turn()
    {
        var lane = new Lane("the LLM", 10);
        var first = await lane.EnterAsync("a", CancellationToken.None);
        var order = new List<string>();
        var waiting = new[] { "a1", "a2", "a3", "b1", "c1", "b2" }.Select(async name =>
        {
            using var turn = await lane.EnterAsync(name[..1], CancellationToken.None);
            lock (order) order.Add(name);
            await Task.Yield();
        }).ToList();

        lane.Waiting.ShouldBe(6);
        first.Dispose();
        await Task.WhenAll(waiting);

        order.ShouldBe(["a1", "b1", "c1", "a2", "b2", "a3"]);
        using var again = await lane.EnterAsync("a", CancellationToken.None);
    }

    [Fact]
    public async Task Should_refuse_what_exceeds_the_queue_and_only_its_tenant()
    {
        var lane = new Lane("the LLM", 2);
        using var first = await lane.EnterAsync("a", CancellationToken.None);
        var (one, two) = (lane.EnterAsync("a", CancellationToken.None), lane.EnterAsync("a", CancellationToken.None));

        (await Should.ThrowAsync<BusyException>(() => lane.EnterAsync("a", CancellationToken.None))).Message.ShouldContain("2 of your requests wait for the LLM");
        var other = lane.EnterAsync("b", CancellationToken.None);

        other.IsFaulted.ShouldBeFalse();
        first.Dispose();
        (await one).Dispose();
        (await other).Dispose();
        (await two).Dispose();
    }

    [Fact]
    public async Task Should_lose_no_turn_to_requests_that_are_cancelled()
    {
        var lane = new Lane("the LLM", 10_000);
        var running = 0;
        var random = new Random(1);
        var tasks = Enumerable.Range(0, 2000).Select(i =>
        {
            var cancel = new CancellationTokenSource(random.Next(0, 20));
            return Task.Run(async () =>
            {
                try
                {
                    using var turn = await lane.EnterAsync($"{i % 7}", i % 2 == 0 ? cancel.Token : CancellationToken.None);
                    Interlocked.Increment(ref running).ShouldBe(1);
                    if (i % 50 == 0) await Task.Delay(1);
                    Interlocked.Decrement(ref running);
                }
                catch (OperationCanceledException)
                {
                    // Half of them give up.
                }
            });
        }).ToList();

        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(30));

        lane.Waiting.ShouldBe(0);
        using var last = await lane.EnterAsync("z", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
    }
}
