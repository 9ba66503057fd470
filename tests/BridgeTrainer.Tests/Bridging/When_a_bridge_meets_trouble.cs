using MindBridge.Artifacts;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.BridgeTrainer.Tests.Bridging;

public sealed class When_a_bridge_meets_trouble(Servers servers)
{
    private static readonly Wire.Edit[] Six = [.. ((string[])["Ada", "Bor", "Cyd", "Dov", "Eli", "Fay"]).Select((person, i) => Home(person, ((string[])["Rome", "Oslo", "Lima"])[i % 3]))];

    [Fact]
    public async Task Should_go_on_from_a_killed_workers_checkpoint_to_the_same_projector()
    {
        string[] length = ["--Bridge:Epochs=400", "--Bridge:Recipe:ValidateEvery=500"];
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        await platform.CommitAsync(memory, Six);
        await platform.EncodersOfAsync(memory, 1);
        var llm = await platform.ReleaseAsync("gpt", servers.Models.Gpt2);
        var quiet = await platform.BridgeTrainerAsync(length);
        var expected = await platform.BridgeOfAsync(memory, llm, 1);
        await platform.StopAsync(quiet);
        // As if nobody had ever bridged it.
        await platform.BridgeTablesAsync(async db => await db.Projectors.ExecuteDeleteAsync() + await db.Bridges.ExecuteDeleteAsync() + await db.Set<Job>().ExecuteDeleteAsync());

        platform.Notes.All.ShouldNotContain(note => note.Contains("going on from step"));
        var doomed = platform.BridgeTrainerProcess(length);
        await Eventually.HoldsAsync(async () => (await platform.BridgeJobsAsync()).ShouldHaveSingleItem().Checkpoint.ShouldNotBeNull(), 30);
        doomed.Kill();
        await doomed.WaitForExitAsync();
        (await platform.BridgeTablesAsync(db => db.Projectors.CountAsync())).ShouldBe(0, "it must die before it is done");
        platform.FreeAddressOf("BridgeTrainer");
        await platform.BridgeTrainerAsync(length);

        (await platform.BridgeOfAsync(memory, llm, 1)).BridgeId.ShouldBe(expected.BridgeId);
        (await platform.BridgeJobsAsync()).ShouldHaveSingleItem().Fence.ShouldBeGreaterThanOrEqualTo(2, "a second worker has claimed it, and on a busy machine claimed it again");
        platform.Notes.All.ShouldContain(note => note.Contains("going on from step"));
    }

    [Fact]
    public async Task Should_park_with_a_sentence_when_the_encoder_is_damaged_and_go_on_once_it_is_whole()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        await platform.CommitAsync(memory, Six[..2]);
        var part = (await platform.EncodersOfAsync(memory, 1)).Parts[0];
        var weights = platform.FileOf(Artifact.Open(await platform.UnpackAsync(part.EncoderId), "encoder").Files["model.safetensors"]);
        var whole = await File.ReadAllBytesAsync(weights);
        await File.WriteAllBytesAsync(weights, whole[..^1]);
        var llm = await platform.ReleaseAsync("gpt", servers.Models.Gpt2);

        await platform.BridgeTrainerAsync();
        await Eventually.HoldsAsync(async () => (await platform.BridgeJobsAsync()).ShouldHaveSingleItem().State.ShouldBe(JobState.Parked));

        var parked = (await platform.BridgeJobsAsync())[0];
        parked.Reason.ShouldNotBeNull().ShouldContain("is damaged");
        (await platform.BridgeTablesAsync(db => db.Projectors.CountAsync())).ShouldBe(0);
        await File.WriteAllBytesAsync(weights, whole);
        await platform.RetryAsync("BridgeTrainer", parked.Id);
        (await platform.BridgeOfAsync(memory, llm, 1)).EncoderIds.ShouldBe([part.EncoderId]);
    }

    [Fact]
    public async Task Should_refuse_an_LLM_whose_files_are_not_those_that_were_released()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        await platform.CommitAsync(memory, Six[..2]);
        await platform.EncodersOfAsync(memory, 1);
        await platform.ReleaseAsync("gpt", servers.Models.Gpt2, new string('a', 64));

        await platform.BridgeTrainerAsync();

        await Eventually.HoldsAsync(async () => (await platform.BridgeJobsAsync()).ShouldHaveSingleItem().State.ShouldBe(JobState.Parked));
        (await platform.BridgeJobsAsync())[0].Reason.ShouldNotBeNull().ShouldContain("was released with the content aaaa");
    }
}
