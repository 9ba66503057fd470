using MindBridge.Contracts;
using MindBridge.Memory.Bridging;
using MindBridge.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.BridgeTrainer.Tests.Bridging;

public sealed class When_memories_are_bridged(Servers servers)
{
    [Fact]
    public async Task Should_bridge_what_was_committed_and_released_before_any_worker_had_ever_started()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.CommitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"));
        var llm = await platform.ReleaseAsync("gpt", servers.Models.Gpt2);
        // As if every event had been lost.
        await Eventually.HoldsAsync(async () => (await platform.OutboxAsync()).ShouldBe(0));
        await servers.ForgetEventsAsync();

        await platform.BridgeTrainerAsync();
        await platform.EncoderTrainerAsync();
        var bridge = await platform.BridgeOfAsync(memory, llm, 1);

        var encoders = await platform.EncodersOfAsync(memory, 1);
        bridge.EncoderIds.ShouldBe(encoders.Parts.Select(part => part.EncoderId));
        bridge.ProbeSetIds.ShouldBe(encoders.Parts.Select(part => part.ProbeSetId));
        bridge.TrainSeconds.ShouldBeGreaterThan(0);
        var manifest = await platform.ManifestAsync(bridge.BridgeId);
        (manifest.TenantId, manifest.MemoryId, manifest.LlmId, manifest.Commit).ShouldBe((Tenant, memory, llm, 1));
        var projector = await platform.UnpackAsync(manifest.Parts.ShouldHaveSingleItem().ProjectorId);
        using var opened = Bridge.From(projector);
        opened.LlmId.ShouldBe(manifest.LlmHash);

        var all = new Wire.ListBridgesRequest { History = true };
        (await platform.Services.Bridges(Tenant).ListBridgesAsync(all)).Bridges.Count.ShouldBe(1);
        (await platform.Stranger.Bridges().ListBridgesAsync(all)).Bridges.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_bridge_again_for_a_new_LLM_and_leave_the_encoders_as_they_are_and_for_a_new_commit_only_the_shard_that_changed()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync(capacity: 2);
        await platform.EncoderTrainerAsync();
        await platform.BridgeTrainerAsync();
        var gpt = await platform.ReleaseAsync("gpt", servers.Models.Gpt2);
        await platform.CommitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"), Home("Cyd", "Lima"));
        var first = await platform.BridgeOfAsync(memory, gpt, 1);

        var llama = await platform.ReleaseAsync("llama", servers.Models.Llama);
        var second = await platform.BridgeOfAsync(memory, llama, 1);

        second.EncoderIds.ShouldBe(first.EncoderIds);
        second.BridgeId.ShouldNotBe(first.BridgeId);
        (await platform.EncoderJobsAsync("train-encoder")).Count.ShouldBe(2);
        (await platform.EncodersOfAsync(memory, 1)).Parts.Select(part => part.EncoderId).ShouldBe(first.EncoderIds);

        await platform.CommitAsync(memory, Home("Dov", "Cairo"));
        var (onGpt, onLlama) = (await platform.BridgeOfAsync(memory, gpt, 2), await platform.BridgeOfAsync(memory, llama, 2));

        onGpt.EncoderIds.ShouldBe(onLlama.EncoderIds);
        onGpt.EncoderIds[0].ShouldBe(first.EncoderIds[0]);
        onGpt.EncoderIds[1].ShouldNotBe(first.EncoderIds[1]);
        (await platform.ManifestAsync(onGpt.BridgeId)).Parts[0].ShouldBe((await platform.ManifestAsync(first.BridgeId)).Parts[0]);
        (await platform.BridgeTablesAsync(db => db.Projectors.CountAsync())).ShouldBe(6, "two shards on two LLMs, and one of the shards again on both");
        (await platform.Services.Bridges().ListBridgesAsync(new Wire.ListBridgesRequest { History = true })).Bridges.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Should_make_one_bridge_of_events_that_come_thrice_and_out_of_order()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        await platform.BridgeTrainerAsync("--Bridge:ReconcileEvery=01:00:00");
        var commit = await platform.CommitAsync(memory, Home("Ada", "Rome"));
        var part = (await platform.EncodersOfAsync(memory, 1)).Parts[0];
        var llm = await platform.ReleaseAsync("gpt", servers.Models.Gpt2);
        var bus = platform.RegistryHost.Services.GetRequiredService<MassTransit.IBus>();
        for (var time = 0; time < 3; time++)
        {
            await bus.Publish(new LLMVersionReleased(llm, "gpt", "1", "gpt", servers.Models.Gpt2, new string('0', 64)));
            await bus.Publish(new EncoderTrained(Tenant, memory, Guid.Parse(part.ShardId), Guid.Parse(commit.Id), part.EncoderId, part.ProbeSetId, new Dictionary<string, double>(StringComparer.Ordinal)));
        }

        await platform.BridgeOfAsync(memory, llm, 1);
        var other = await platform.ReleaseAsync("llama", servers.Models.Llama);
        await platform.BridgeOfAsync(memory, other, 1);

        (await platform.BridgeJobsAsync()).Count.ShouldBe(2);
        (await platform.BridgeTablesAsync(db => db.Bridges.CountAsync())).ShouldBe(2);
        (await platform.BridgeTablesAsync(db => db.Projectors.CountAsync())).ShouldBe(2);
    }

    [Fact]
    public async Task Should_bridge_nothing_to_a_retired_LLM()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        var (gpt, llama) = (await platform.ReleaseAsync("gpt", servers.Models.Gpt2), await platform.ReleaseAsync("llama", servers.Models.Llama));
        await platform.CommitAsync(memory, Home("Ada", "Rome"));
        await platform.EncodersOfAsync(memory, 1);
        // Its jobs are written, and nobody does them.
        var writer = await platform.BridgeTrainerAsync().RestAsync();
        await Eventually.HoldsAsync(async () => (await platform.BridgeJobsAsync()).Count.ShouldBe(2));
        await platform.StopAsync(writer);
        await platform.Services.EditRegistry().RetireLlmAsync(new Wire.RetireLlmRequest { Id = gpt.ToString() });

        platform.FreeAddressOf("BridgeTrainer");
        await platform.BridgeTrainerAsync();
        await platform.BridgeOfAsync(memory, llama, 1);

        await Eventually.HoldsAsync(async () => (await platform.BridgeJobsAsync()).ShouldAllBe(job => job.State == JobState.Succeeded));
        (await platform.BridgeJobsAsync()).Single(job => job.BusinessKey.Contains(gpt.ToString())).Reason.ShouldNotBeNull().ShouldContain("retired");
        (await platform.BridgeTablesAsync(db => db.Bridges.ToListAsync())).ShouldHaveSingleItem().LlmId.ShouldBe(llama);
    }

    [Fact]
    public async Task Should_bridge_to_every_LLM_while_commits_come_faster_than_bridges_are_trained()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        Guid[] llms = [await platform.ReleaseAsync("gpt", servers.Models.Gpt2), await platform.ReleaseAsync("llama", servers.Models.Llama)];
        await platform.BridgeTrainerAsync("--Bridge:Epochs=400", "--Bridge:Recipe:ValidateEvery=500");

        var bridged = new HashSet<Guid>();
        for (var commit = 1; bridged.Count < llms.Length; commit++)
        {
            commit.ShouldBeLessThan(40, $"{bridged.Count} of {llms.Length} LLMs were bridged while commits kept coming");
            await platform.CommitAsync(memory, Home("Ada", commit % 2 == 0 ? "Rome" : "Oslo"), Home("Bor", ((string[])["Lima", "Cairo", "Rome"])[commit % 3]));
            await platform.EncodersOfAsync(memory, commit);
            bridged.UnionWith(await platform.BridgeTablesAsync(db => db.Bridges.Select(bridge => bridge.LlmId).ToListAsync()));
        }
    }
}
