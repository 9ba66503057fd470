using MindBridge.Artifacts;
using MindBridge.Memory.Pretraining;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Grpc.Core;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.EncoderTrainer.Tests.Training;

public sealed class When_a_shard_is_trained(Servers servers)
{
    private static readonly Wire.Edit[] Dozen = [.. ((string[])["Ada", "Bor", "Cyd", "Dov", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jon", "Kim", "Leo"]).Select((person, i) => Home(person, ((string[])["Rome", "Oslo", "Lima", "Cairo"])[i % 4]))];

    [Fact]
    public async Task Should_hold_out_what_scores_and_show_its_tenant_only()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Dozen);
        await platform.EncoderTrainerAsync();
        var part = (await platform.EncodersOfAsync(memory, 1)).Parts.ShouldHaveSingleItem();

        var encoder = await platform.UnpackAsync(part.EncoderId);
        Artifact.Open(encoder, "encoder").Metrics.ContainsKey("wallSeconds").ShouldBeFalse("equal encoders must be equal to the byte");
        part.TrainSeconds.ShouldBeGreaterThan(0);
        TrainingTexts.Read(encoder).Edits.Count.ShouldBe(part.EditCount);
        var probes = Path.Combine(encoder, "probes");
        await platform.Store.LoadAsync(new ArtifactId(part.ProbeSetId), probes);
        var asked = await File.ReadAllTextAsync(probes);
        asked.ShouldContain("\"kind\":\"Generality\"");
        asked.ShouldContain("\"prompt\":\"the city of Ada is\"");
        foreach (var trained in (string[])["edits.jsonl", "out-of-scope.jsonl"]) (await File.ReadAllTextAsync(Path.Combine(encoder, trained))).ShouldNotContain("the city of");

        var all = new Wire.ListEncoderSetsRequest();
        (await platform.Services.Encoders(Tenant).ListEncoderSetsAsync(all)).Sets.Count.ShouldBe(1);
        (await platform.Services.Encoders("other").ListEncoderSetsAsync(all)).Sets.ShouldBeEmpty();
        (await platform.Stranger.Encoders().ListEncoderSetsAsync(all)).Sets.ShouldBeEmpty();
        (await platform.Stranger.Encoders().ListEncoderSetsAsync(new Wire.ListEncoderSetsRequest { MemoryId = memory.ToString() })).Sets.ShouldBeEmpty();
        (await Should.ThrowAsync<RpcException>(async () => await platform.Services.Encoders().ListEncoderSetsAsync(new Wire.ListEncoderSetsRequest { MemoryId = "facts" }))).Status.Detail.ShouldContain("memory_id is \"facts\"");
    }

    [Fact]
    public async Task Should_leave_a_poison_edit_out_with_its_reason_and_train_its_neighbours()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        var endless = Home("Max", "Rome");
        endless.Prompt = string.Join(' ', Enumerable.Repeat("Max lives in", 30));
        await platform.CommitAsync(memory, [.. Dozen[..3], endless]);
        await platform.EncoderTrainerAsync();

        var part = (await platform.EncodersOfAsync(memory, 1)).Parts.ShouldHaveSingleItem();

        part.EditCount.ShouldBe(3);
        var left = (await platform.TablesAsync(db => db.Quarantined.AsNoTracking().ToListAsync())).ShouldHaveSingleItem();
        (left.MemoryId, left.Sequence).ShouldBe((memory, 4));
        left.Reason.ShouldContain("shorten the prompt");
    }

    [Fact]
    public async Task Should_be_done_with_a_shard_that_holds_nothing_but_poison()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        var endless = Home("Max", "Rome");
        endless.Prompt = string.Join(' ', Enumerable.Repeat("Max lives in", 30));
        await platform.CommitAsync(memory, endless);
        await platform.EncoderTrainerAsync();

        (await platform.EncodersOfAsync(memory, 1)).Parts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_go_on_from_a_killed_workers_checkpoint_to_the_same_encoder()
    {
        // Long enough that a look finds it at work behind its first checkpoint.
        string[] length = ["--Encoder:Epochs=300"];
        await using var undisturbed = await StartAsync(servers);
        var there = await undisturbed.MemoryAsync();
        await undisturbed.CommitAsync(there, Dozen);
        var quiet = await undisturbed.EncoderTrainerAsync(length);
        var expected = (await undisturbed.EncodersOfAsync(there, 1)).Parts[0].EncoderId;
        await undisturbed.StopAsync(quiet);

        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Dozen);
        var doomed = platform.EncoderTrainerProcess(length);
        await Eventually.HoldsAsync(async () => (await platform.EncoderJobsAsync("train-encoder")).ShouldHaveSingleItem().Checkpoint.ShouldNotBeNull(), 30);
        doomed.Kill();
        await doomed.WaitForExitAsync();

        (await platform.EncoderJobsAsync("train-encoder"))[0].State.ShouldBe(JobState.Running);
        platform.FreeAddressOf("EncoderTrainer");
        await platform.EncoderTrainerAsync(length);
        var part = (await platform.EncodersOfAsync(memory, 1)).Parts[0];

        part.EncoderId.ShouldBe(expected);
        platform.Notes.All.ShouldContain(note => note.Contains("going on from step"));
        undisturbed.Notes.All.ShouldNotContain(note => note.Contains("going on from step"));
        var job = (await platform.EncoderJobsAsync("train-encoder"))[0];
        job.Fence.ShouldBeGreaterThanOrEqualTo(2, "a second worker has claimed it, and on a busy machine claimed it again");
        File.Exists(platform.FileOf(job.Checkpoint!)).ShouldBeFalse("a checkpoint goes when its encoder is safe");
    }

    [Fact]
    public async Task Should_hand_its_job_back_with_a_checkpoint_when_asked_to_end()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Dozen);
        var host = await platform.EncoderTrainerAsync("--Encoder:Epochs=2000", "--Encoder:CheckpointEvery=01:00:00");
        await Eventually.HoldsAsync(async () => (await platform.EncoderJobsAsync("train-encoder")).ShouldHaveSingleItem().Step.ShouldBeGreaterThan(0));

        await platform.StopAsync(host);

        var job = (await platform.EncoderJobsAsync("train-encoder"))[0];
        (job.State, job.Attempts).ShouldBe((JobState.Waiting, 0));
        File.Exists(platform.FileOf(job.Checkpoint.ShouldNotBeNull())).ShouldBeTrue();
    }

    [Fact]
    public async Task Should_park_with_a_sentence_when_what_it_needs_is_damaged_and_go_on_once_it_is_whole()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Dozen[..2]);
        var host = await platform.EncoderTrainerAsync();
        var first = (await platform.EncodersOfAsync(memory, 1)).Parts[0];
        var weights = platform.FileOf(Artifact.Open(await platform.UnpackAsync(first.EncoderId), "encoder").Files["model.safetensors"]);
        var whole = await File.ReadAllBytesAsync(weights);
        await File.WriteAllBytesAsync(weights, whole[..(whole.Length / 2)]);

        await platform.CommitAsync(memory, Dozen[2]);
        await Eventually.HoldsAsync(async () => (await platform.EncoderJobsAsync("train-encoder"))[^1].State.ShouldBe(JobState.Parked));

        var parked = (await platform.EncoderJobsAsync("train-encoder"))[^1];
        parked.Reason.ShouldNotBeNull().ShouldContain("is damaged");
        (await platform.EncodersOfAsync(memory, 1)).Parts[0].EncoderId.ShouldBe(first.EncoderId);

        await File.WriteAllBytesAsync(weights, whole);
        await platform.RetryAsync("EncoderTrainer", parked.Id);
        (await platform.EncodersOfAsync(memory, 2)).Parts[0].EditCount.ShouldBe(3);
    }
}
