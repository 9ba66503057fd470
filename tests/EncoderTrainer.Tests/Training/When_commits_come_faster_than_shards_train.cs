using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.EncoderTrainer.Tests.Training;

public sealed class When_commits_come_faster_than_shards_train(Servers servers)
{
    private static readonly string[] Places = ["Rome", "Oslo", "Lima", "Cairo"];

    [Fact]
    public async Task Should_finish_the_commit_that_was_begun_and_go_on_with_the_latest()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync(capacity: 1);
        var host = await platform.EncoderTrainerAsync("--Encoder:ReconcileEvery=01:00:00").RestAsync();
        // A commit changes all three shards; in the time of one commit one of them is trained.
        for (var commit = 1; commit <= 6; commit++)
        {
            await platform.CommitAsync(memory, Home("Ada", Places[commit % 4]), Home("Bor", Places[commit % 4]), Home("Cyd", Places[commit % 4]));
            await Eventually.HoldsAsync(async () => (await RunOnceAsync<PlanShards>(host)).ShouldBeTrue());
            await TrainOneAsync(platform, host, commit);
            if (commit == 3) (await SetsAsync(platform, memory)).ShouldHaveSingleItem().CommitSequence.ShouldBe(1, "the commit that was begun is whole after three trainings");
        }

        (await SetsAsync(platform, memory)).ShouldHaveSingleItem().CommitSequence.ShouldBe(4, "the latest commit when the first was whole");
        (await platform.EncoderJobsAsync(TrainEncoder.JobKind)).Count(job => job.State == JobState.Succeeded && job.Reason is not null).ShouldBeGreaterThan(0, "commits between were passed over");
    }

    private static async Task<IReadOnlyList<Wire.EncoderSet>> SetsAsync(Trainers.Tests.Platform platform, Guid memory) =>
        (await platform.Services.Encoders().ListEncoderSetsAsync(new Wire.ListEncoderSetsRequest { MemoryId = memory.ToString() })).Sets;

    private static async Task TrainOneAsync(Trainers.Tests.Platform platform, WebApplication host, int trained)
    {
        do (await RunOnceAsync<TrainEncoder>(host)).ShouldBeTrue("there is work to do");
        while (await platform.TablesAsync(db => db.Encoders.CountAsync()) < trained);
    }

    private static Task<bool> RunOnceAsync<TWork>(WebApplication host)
        where TWork : IWork<EncoderContext> =>
        host.Services.GetServices<IHostedService>().OfType<JobWorker<EncoderContext, TWork>>().Single().RunOnceAsync(TestContext.Current.CancellationToken);
}
