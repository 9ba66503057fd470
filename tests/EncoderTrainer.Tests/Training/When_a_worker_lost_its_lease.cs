using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.EncoderTrainer.Tests.Training;

public sealed class When_a_worker_lost_its_lease(Servers servers)
{
    [Fact]
    public async Task Should_be_refused_whatever_it_made()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        var sleeper = await platform.EncoderTrainerAsync("--Encoder:ReconcileEvery=01:00:00").RestAsync();
        var planner = sleeper.Services.GetServices<IHostedService>().OfType<JobWorker<EncoderContext, PlanShards>>().Single();
        await platform.CommitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"));
        await Eventually.HoldsAsync(async () => (await planner.RunOnceAsync(TestContext.Current.CancellationToken)).ShouldBeTrue());
        var claimed = (await sleeper.Services.GetRequiredService<JobQueue<EncoderContext>>().ClaimAsync(TrainEncoder.JobKind, "sleeper")).ShouldNotBeNull();

        await platform.EncoderTrainerAsync();
        var trained = (await platform.EncodersOfAsync(memory, 1)).Parts[0];
        await Should.ThrowAsync<StaleLeaseException>(() => sleeper.Services.GetRequiredService<TrainEncoder>().RunAsync(claimed, TestContext.Current.CancellationToken));

        (await platform.TablesAsync(db => db.Encoders.AsNoTracking().ToListAsync())).ShouldHaveSingleItem().EncoderId.ShouldBe(trained.EncoderId);
        (await platform.EncoderJobsAsync(TrainEncoder.JobKind)).ShouldHaveSingleItem().Fence.ShouldBeGreaterThan(claimed.Fence);
    }
}
