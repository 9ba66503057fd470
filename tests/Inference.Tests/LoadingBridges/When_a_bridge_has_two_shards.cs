using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Inference.LoadingBridges;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Inference.Tests.LoadingBridges;

/// <summary>One encoder holds the first half of the edits and another the second, or both hold all.</summary>
public sealed class When_a_bridge_has_two_shards(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();
    private readonly Guid one = Guid.NewGuid(), two = Guid.NewGuid();

    [Fact]
    public async Task Should_answer_each_prompt_from_the_shard_that_holds_its_edit_and_say_which()
    {
        var world = platform.Serving.World;
        var half = world.Edits.Count / 2;
        var memory = await tenant.MemoryAsync();
        var (lower, upper) = (await ShardAsync("lower", [.. world.Edits.Take(half)]), await ShardAsync("upper", [.. world.Edits.Skip(half)]));
        var bridge = await BridgeAsync(memory, (one, lower), (two, upper));
        var (first, second) = (await BridgeAsync(memory, (one, lower)), await BridgeAsync(memory, (two, upper)));

        foreach (var (place, shard, alone) in ((int, Guid, string)[])[(0, one, first), (1, one, first), (half, two, second), (world.Edits.Count - 1, two, second)])
        {
            var prompt = world.Edits[place].Prompt;
            var (answer, expected) = (await tenant.AskAsync(prompt, memory, bridge), await tenant.AskAsync(prompt, memory, alone));
            (answer.Text, answer.Edited).ShouldBe((expected.Text, true), $"edit {place} is answered as by its shard alone");
            var why = await ExplainAsync(memory, bridge, prompt);
            (why.ShardId, why.Edited, why.EditedAnswer).ShouldBe((shard.ToString(), true, answer.Text));
            why.Nearest[0].EditId.ShouldBe(world.Edits[place].Id);
        }

        var aside = await tenant.AskAsync("The capital of Austria is", memory, bridge);
        (aside.Text, aside.Edited).ShouldBe(((await tenant.AskAsync("The capital of Austria is")).Text, false));
        // Words decided: of all these the encoders read only what was to be explained.
        using var loaded = await LoadedAsync(bridge);
        loaded.Value.Preparation.Count.Prompts.ShouldBe(4);
    }

    [Fact]
    public async Task Should_let_the_encoders_tell_where_both_could_answer()
    {
        var world = platform.Serving.World;
        var memory = await tenant.MemoryAsync();
        var bridge = await BridgeAsync(memory, (one, world.First), (two, world.Second));

        var read = 0;
        foreach (var edit in world.Edits.Take(3))
        {
            var answer = await tenant.AskAsync(edit.Prompt, memory, bridge);
            using (var loaded = await LoadedAsync(bridge)) loaded.Value.Preparation.Count.Prompts.ShouldBe(++read, "words leave it open, so the encoders read the prompt");
            var why = await ExplainAsync(memory, bridge, edit.Prompt);
            (answer.Edited, why.EditedAnswer).ShouldBe((true, answer.Text));
            new[] { one, two }.ShouldContain(Guid.Parse(why.ShardId));
            // The shard that explains is the one that answers.
            var alone = await BridgeAsync(memory, why.ShardId == one.ToString() ? (one, world.First) : (two, world.Second));
            (await tenant.AskAsync(edit.Prompt, memory, alone)).Text.ShouldBe(answer.Text);
        }
    }

    // The platform's own inference, which the tenant asks.
    private Task<Inference.Keeping.Use<Inference.LoadingBridges.Served>> LoadedAsync(string bridge) => platform.Serving.Answers.Services.GetRequiredService<LoadedBridges>().UseAsync(bridge, CancellationToken.None);

    private async Task<Explanation> ExplainAsync(Guid memory, string bridge, string prompt) =>
        await tenant.Inference.ExplainAsync(new ExplainRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString(), BridgeId = bridge }, Prompt = prompt }, tenant.Headers);

    private async Task<string> BridgeAsync(Guid memory, params (Guid Id, (string Encoder, string Projector) Trained)[] shards)
    {
        var manifest = new BridgeManifest(tenant.Name, memory, platform.Serving.LlmId, platform.Serving.World.LlmHash, 1, [.. shards.Select(s => new BridgePart(s.Id, s.Trained.Encoder, s.Trained.Projector))]);
        using var bytes = new MemoryStream(manifest.ToBytes());
        return (await platform.Serving.Store.SaveAsync(bytes)).Value;
    }

    private Task<(string Encoder, string Projector)> ShardAsync(string name, IReadOnlyList<Memory.Edits.Edit> edits) => platform.Serving.World.ShardAsync(Path.Combine(platform.Serving.Folder, name), edits);
}
