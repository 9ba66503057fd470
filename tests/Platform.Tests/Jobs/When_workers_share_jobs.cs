using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MindBridge.Platform.Tests.Jobs;

public sealed class When_workers_share_jobs(Servers servers)
{
    private readonly ManualTime time = new();
    private readonly JobSettings settings = new() { Lease = TimeSpan.FromSeconds(30), Attempts = 3, FirstPause = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_refuse_the_stale_holder_at_its_write(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await EnqueueAsync(service, "a");
        var slow = (await service.Jobs.ClaimAsync("train", "slow")).ShouldNotBeNull();
        (await service.Jobs.ClaimAsync("train", "quick")).ShouldBeNull("the lease is the slow worker's");

        // The slow worker is paused for longer than its lease, and goes on as if nothing had happened.
        time.Pass(TimeSpan.FromSeconds(31));
        var quick = (await service.Jobs.ClaimAsync("train", "quick")).ShouldNotBeNull();

        quick.Fence.ShouldBeGreaterThan(slow.Fence);
        await Should.ThrowAsync<StaleLeaseException>(() => slow.CompleteAsync(db => WriteAsync(db, "slow")));
        await Should.ThrowAsync<StaleLeaseException>(() => slow.HeartbeatAsync());
        await Should.ThrowAsync<StaleLeaseException>(() => slow.CheckpointAsync("old"));
        await quick.CompleteAsync(db => WriteAsync(db, "quick"));
        (await service.NotesAsync()).ShouldBe(["quick"]);
        await Should.ThrowAsync<StaleLeaseException>(() => quick.CompleteAsync(db => WriteAsync(db, "again")));
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_keep_a_job_while_its_heart_beats_and_hand_on_its_checkpoint(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await EnqueueAsync(service, "a");
        var job = (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull();
        for (var i = 0; i < 5; i++)
        {
            time.Pass(TimeSpan.FromSeconds(20));
            (await job.HeartbeatAsync()).ShouldBeTrue();
            (await service.Jobs.ClaimAsync("train", "two")).ShouldBeNull();
        }

        await job.CheckpointAsync("checkpoint-1");
        await job.ReportAsync(new JobProgress(3, 10, 0.5, TimeSpan.FromSeconds(70)));
        time.Pass(TimeSpan.FromSeconds(31));
        var next = (await service.Jobs.ClaimAsync("train", "two")).ShouldNotBeNull();

        next.Checkpoint.ShouldBe("checkpoint-1");
        next.Payload<string>().ShouldBe("what a needs");
        var row = (await service.Jobs.ListAsync()).Single();
        (row.Step, row.Steps, row.Loss, row.EtaSeconds, row.LeaseOwner).ShouldBe((3, 10, 0.5, 70, "two"));
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_give_the_turn_of_a_job_that_nobody_wants_any_more_to_the_one_that_is_wanted_instead(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        foreach (var key in (string[])["old", "other", "new"])
        {
            await EnqueueAsync(service, key);
            time.Pass(TimeSpan.FromSeconds(1));
        }

        var old = (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull();
        await old.SupersedeAsync("the new one is wanted", db => service.Jobs.TakePlaceAsync(db, "train", "new", old.AskedAt));

        (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull().BusinessKey.ShouldBe("new");
        (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull().BusinessKey.ShouldBe("other");
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_make_one_job_of_many_requests_for_one_key(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);

        (await EnqueueAsync(service, "a")).ShouldBeTrue();
        (await EnqueueAsync(service, "a")).ShouldBeFalse();
        await (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull().CompleteAsync(_ => Task.CompletedTask);
        (await EnqueueAsync(service, "a")).ShouldBeFalse("done is done");

        (await service.Jobs.ListAsync()).ShouldHaveSingleItem().State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task Should_give_every_job_to_exactly_one_of_many_workers()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        for (var i = 0; i < 20; i++) await EnqueueAsync(service, $"{i}");

        var claimed = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => service.Jobs.ClaimAsync("train", $"worker {i}")));

        var keys = claimed.Where(job => job is not null).Select(job => job!.BusinessKey).ToList();
        keys.ShouldBeUnique();
        while (await service.Jobs.ClaimAsync("train", "last") is { } left) keys.Add(left.BusinessKey);
        keys.Order().ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}").Order());
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_park_a_poison_job_with_its_reason_and_do_the_neighbours(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        foreach (var key in (string[])["a", "poison", "c"]) await EnqueueAsync(service, key);
        using var worker = Worker(service, new Work(job => job.BusinessKey == "poison" ? throw new InvalidDataException("edit 17 is poison") : job.CompleteAsync(db => WriteAsync(db, job.BusinessKey))));

        for (var i = 0; i < 10; i++)
        {
            await worker.RunOnceAsync(CancellationToken.None);
            time.Pass(TimeSpan.FromSeconds(5));
        }

        (await service.NotesAsync()).Order().ShouldBe(["a", "c"]);
        var parked = (await service.Jobs.ListAsync(JobState.Parked)).Single();
        (parked.BusinessKey, parked.Attempts, parked.Reason).ShouldBe(("poison", 3, "edit 17 is poison"));
        (await EventsAsync(service)).ShouldBe([new JobFailed(parked.Id, "train", 3, "edit 17 is poison")]);

        (await service.Jobs.RetryAsync(parked.Id)).ShouldBeTrue();
        (await service.Jobs.ClaimAsync("train", "after the repair")).ShouldNotBeNull().Attempt.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_park_a_job_that_kills_every_worker(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await EnqueueAsync(service, "deadly");
        for (var i = 0; i < 3; i++)
        {
            (await service.Jobs.ClaimAsync("train", $"worker {i}")).ShouldNotBeNull();
            time.Pass(TimeSpan.FromSeconds(31));
        }

        (await service.Jobs.ClaimAsync("train", "worker 3")).ShouldBeNull();

        var parked = (await service.Jobs.ListAsync(JobState.Parked)).Single();
        parked.Reason.ShouldBe("its worker worker 2 fell silent in attempt 3 of 3");
        (await EventsAsync(service)).OfType<JobFailed>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Should_count_attempts_anew_after_a_checkpoint()
    {
        await using var service = await ServiceAsync(DatabaseKind.Sqlite);
        await EnqueueAsync(service, "a");
        for (var worker = 0; worker < 2; worker++)
        {
            (await service.Jobs.ClaimAsync("train", $"killed {worker}")).ShouldNotBeNull();
            time.Pass(TimeSpan.FromSeconds(31));
        }

        var third = (await service.Jobs.ClaimAsync("train", "got on")).ShouldNotBeNull();
        await third.CheckpointAsync("further than any");
        time.Pass(TimeSpan.FromSeconds(31));

        (await service.Jobs.ClaimAsync("train", "next")).ShouldNotBeNull("three attempts are all there are, but the third got on").Attempt.ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_call_off_waiting_jobs_at_once_and_running_ones_at_a_heartbeat(DatabaseKind kind)
    {
        await using var service = await ServiceAsync(kind);
        await EnqueueAsync(service, "running");
        var running = (await service.Jobs.ClaimAsync("train", "one")).ShouldNotBeNull();
        await EnqueueAsync(service, "waiting");
        var waiting = (await service.Jobs.ListAsync(JobState.Waiting)).Single();

        (await service.Jobs.CancelAsync(waiting.Id)).ShouldBeTrue();
        (await service.Jobs.CancelAsync(running.Id)).ShouldBeTrue();

        (await service.Jobs.ListAsync(JobState.Cancelled)).Single().Id.ShouldBe(waiting.Id);
        (await running.HeartbeatAsync()).ShouldBeFalse();
        await running.CancelledAsync();
        (await service.Jobs.ListAsync(JobState.Cancelled)).Count.ShouldBe(2);
        (await service.Jobs.ClaimAsync("train", "two")).ShouldBeNull();
        (await service.Jobs.CancelAsync(running.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task Should_hand_a_job_back_when_the_process_is_asked_to_end()
    {
        await using var service = await ServiceAsync(DatabaseKind.Postgres);
        await EnqueueAsync(service, "long");
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        using var worker = Worker(service, new Work(async (_, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }));
        var running = worker.RunOnceAsync(stop.Token);
        await begun.Task;

        await stop.CancelAsync();
        await running;

        var next = (await service.Jobs.ClaimAsync("train", "another")).ShouldNotBeNull();
        next.Attempt.ShouldBe(1, "an attempt that was handed back does not count");
    }

    private static Task<bool> EnqueueAsync(Service service, string key) => EnqueueAsync(service, key, $"what {key} needs");

    private static async Task<bool> EnqueueAsync(Service service, string key, string payload)
    {
        await using var db = await service.Contexts.CreateDbContextAsync();
        return await service.Jobs.EnqueueAsync(db, "train", key, payload);
    }

    private static Task WriteAsync(NotesContext db, string text)
    {
        db.Notes.Add(new Note { Text = text });
        return Task.CompletedTask;
    }

    private static async Task<List<IEvent>> EventsAsync(Service service)
    {
        await using var db = await service.Contexts.CreateDbContextAsync();
        return [.. (await db.Outbox.ToListAsync()).Select(row => Platform.Outbox.EventBody.Read(row.EventType, row.Body))];
    }

    private Task<Service> ServiceAsync(DatabaseKind kind) => Service.OnAsync(kind, servers, services => services.AddSingleton<TimeProvider>(time).AddSingleton(settings));

    private JobWorker<NotesContext, Work> Worker(Service service, Work work) => new(service.Jobs, work, TimeProvider.System, NullLogger<JobWorker<NotesContext, Work>>.Instance);

    private sealed class Work(Func<LeasedJob<NotesContext>, CancellationToken, Task> run) : IWork<NotesContext>
    {
        public Work(Func<LeasedJob<NotesContext>, Task> run)
            : this((job, _) => run(job))
        {
        }

        public string Kind => "train";

        public Task RunAsync(LeasedJob<NotesContext> job, CancellationToken cancellationToken) => run(job, cancellationToken);
    }
}
