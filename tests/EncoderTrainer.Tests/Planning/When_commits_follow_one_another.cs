using MindBridge.Artifacts;
using MindBridge.Contracts;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.EncoderTrainer.Tests.Planning;

public sealed class When_commits_follow_one_another(Servers servers)
{
    [Fact]
    public async Task Should_retrain_only_the_shard_that_changed_and_begin_with_its_last_encoder()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync(capacity: 3);
        await platform.EncoderTrainerAsync();
        await platform.CommitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"), Home("Cyd", "Lima"), Home("Dov", "Cairo"));
        var first = await platform.EncodersOfAsync(memory, 1);
        first.Parts.Select(part => part.EditCount).ShouldBe([3, 1]);

        await platform.CommitAsync(memory, Home("Eli", "Rome"));
        var next = await platform.EncodersOfAsync(memory, 2);

        next.Parts.Select(part => part.ShardId).ShouldBe(first.Parts.Select(part => part.ShardId));
        next.Parts[0].ShouldBe(first.Parts[0]);
        next.Parts[0].CommitSequence.ShouldBe(1);
        next.Parts[1].EncoderId.ShouldNotBe(first.Parts[1].EncoderId);
        next.Parts[1].CommitSequence.ShouldBe(2);
        (await platform.EncoderJobsAsync("train-encoder")).Count.ShouldBe(3);
        var begun = Artifact.Open(await platform.UnpackAsync(next.Parts[1].EncoderId), "encoder").Inputs["start"]!.GetValue<string>();
        begun.ShouldBe(Artifact.Open(await platform.UnpackAsync(first.Parts[1].EncoderId), "encoder").Id);
    }

    [Fact]
    public async Task Should_begin_anew_after_a_retraction_and_drop_a_shard_without_facts()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync(capacity: 2);
        await platform.EncoderTrainerAsync();
        var edits = await platform.SubmitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"), Home("Cyd", "Lima"));
        await platform.CommitAsync(memory);
        var first = await platform.EncodersOfAsync(memory, 1);
        first.Parts.Count.ShouldBe(2);

        foreach (var edit in (Wire.SubmittedEdit[])[edits[1], edits[2]]) await platform.Registry.RetractEditAsync(new Wire.RetractEditRequest { Memory = memory.ToString(), EditId = edit.Id });
        await platform.CommitAsync(memory);
        var next = await platform.EncodersOfAsync(memory, 2);

        next.Parts.ShouldHaveSingleItem().ShardId.ShouldBe(first.Parts[0].ShardId);
        var encoder = await platform.UnpackAsync(next.Parts[0].EncoderId);
        Artifact.Open(encoder, "encoder").Inputs.ContainsKey("start").ShouldBeFalse("weights that learnt a fact could keep it");
        foreach (var file in Directory.EnumerateFiles(encoder, "*.jsonl")) (await File.ReadAllTextAsync(file)).ShouldNotContain("Bor lives");
    }

    [Fact]
    public async Task Should_train_what_was_committed_before_any_worker_had_ever_started()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Home("Ada", "Rome"));
        await platform.CommitAsync(memory, Home("Ada", "Oslo"), Home("Bor", "Lima"));
        // As if the events had been lost.
        await Eventually.HoldsAsync(async () => (await platform.OutboxAsync()).ShouldBe(0));
        await servers.ForgetEventsAsync();

        await platform.EncoderTrainerAsync();

        (await platform.EncodersOfAsync(memory, 2)).Parts.ShouldHaveSingleItem().EditCount.ShouldBe(2);
        (await platform.EncoderJobsAsync("train-encoder")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Should_make_one_encoder_of_events_that_come_thrice_and_out_of_order()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        var first = await platform.CommitAsync(memory, Home("Ada", "Rome"));
        var second = await platform.CommitAsync(memory, Home("Bor", "Lima"));
        var bus = platform.RegistryHost.Services.GetRequiredService<MassTransit.IBus>();
        await platform.EncoderTrainerAsync("--Encoder:ReconcileEvery=01:00:00");
        await platform.EncodersOfAsync(memory, 2);
        for (var time = 0; time < 3; time++)
            foreach (var commit in (Wire.Commit[])[second, first])
                await bus.Publish(new EditsCommitted(Tenant, memory, Guid.Parse(commit.Id), commit.Sequence, commit.EditCount, commit.ContentHash));

        // A third commit comes behind them through the same queue.
        await platform.CommitAsync(memory, Home("Cyd", "Oslo"));
        var set = await platform.EncodersOfAsync(memory, 3);

        await Eventually.HoldsAsync(async () => (await platform.EncoderJobsAsync("plan-shards")).ShouldAllBe(job => job.State == JobState.Succeeded));
        (await platform.EncoderJobsAsync("plan-shards")).Count.ShouldBe(3);
        var hashes = (await platform.EncoderJobsAsync("train-encoder")).ConvertAll(job => job.BusinessKey);
        hashes.Distinct().Count().ShouldBe(hashes.Count);
        (await platform.TablesAsync(db => db.Encoders.CountAsync(e => e.EncoderId == set.Parts[0].EncoderId))).ShouldBe(1);
    }

    [Fact]
    public async Task Should_train_again_what_is_wanted_again()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Home("Ada", "Rome"));
        await platform.EncoderTrainerAsync();
        await platform.EncodersOfAsync(memory, 1);
        // As a superseded job leaves it: done, and no encoder.
        await platform.TablesAsync(db => db.Encoders.ExecuteDeleteAsync());

        await platform.EncodersOfAsync(memory, 1);

        (await platform.EncoderJobsAsync("train-encoder")).ShouldHaveSingleItem();
    }
}
