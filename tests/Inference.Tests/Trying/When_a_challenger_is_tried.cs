using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Trying;

public sealed class When_a_challenger_is_tried(Platform platform)
{
    private const int Users = 60;
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_answer_a_part_of_the_users_always_the_same_and_nobody_when_it_is_stopped()
    {
        var (memory, champion, challenger) = await PairAsync();
        await tenant.Evaluator.SetCanaryAsync(new SetCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 30, Limits = new TrafficLimits { MostErrors = 50 } }, tenant.AsOperator);
        await Eventually.HoldsAsync(async () => (await AllAsync(memory)).Contains(challenger), "some users get the challenger");

        var first = await AllAsync(memory);
        var second = await AllAsync(memory);

        second.ShouldBe(first);
        first.Count(b => b == challenger).ShouldBeInRange(Users / 10, Users / 2);
        first.Where(b => b != challenger).ShouldAllBe(b => b == champion);
        // Who names an alias or a bridge gets it.
        (await Task.WhenAll(Enumerable.Range(0, Users).Select(i => ByAsync(memory, i, "champion")))).ShouldAllBe(b => b == champion);
        await Eventually.HoldsAsync(async () => await TrafficAsync(memory) is { OfChallenger.Requests: >= 10, OfChampion.Requests: >= 10 }, "both are counted");

        await tenant.Evaluator.StopCanaryAsync(new StopCanaryRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Reason = "a test" }, tenant.AsOperator);
        await Eventually.HoldsAsync(async () => (await AllAsync(memory)).TrueForAll(b => b == champion), "nobody gets the challenger any more", seconds: 10);
    }

    [Fact]
    public async Task Should_answer_beside_the_champion_and_give_nobody_that_answer()
    {
        var (memory, champion, _) = await PairAsync();
        await tenant.Evaluator.SetShadowAsync(new SetShadowRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Percent = 100 }, tenant.AsOperator);

        await Eventually.HoldsAsync(async () =>
        {
            (await AllAsync(memory)).ShouldAllBe(b => b == champion);
            return await TrafficAsync(memory) is { Compared: >= 5, OfChallenger.Requests: >= 5 };
        }, "the challenger's answers are compared");

        (await TrafficAsync(memory)).OfChallenger.Errors.ShouldBe(0);
    }

    private async Task<(Guid Memory, string Champion, string Challenger)> PairAsync()
    {
        var memory = await tenant.MemoryAsync($"pair-{Guid.NewGuid():N}");
        var champion = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        await tenant.Evaluator.SetGateAsync(new SetGateRequest { MemoryId = memory.ToString(), Replaces = 0, PromoteByHand = true, Rules = { new GateRule { Protocol = "generate-exact", Figure = "rel", MostDrop = 100 } } }, tenant.AsOperator);
        var challenger = await Serving.TrainedAsync(tenant, memory, Serving.World.Second, commit: 2);
        await Eventually.HoldsAsync(async () => (await tenant.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory.ToString(), BridgeId = challenger }, tenant.Headers)).Evaluations.Count > 0, "the challenger is evaluated");
        return (memory, champion, challenger);
    }

    private async Task<List<string>> AllAsync(Guid memory) => [.. await Task.WhenAll(Enumerable.Range(0, Users).Select(i => ByAsync(memory, i, "")))];

    private async Task<string> ByAsync(Guid memory, int user, string alias)
    {
        var request = new GenerateRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString(), Alias = alias }, Prompt = Serving.World.Edits[user % 10].Prompt, MaxTokens = 2, User = $"user {user}" };
        return (await tenant.PiecesAsync(request))[0].BridgeId;
    }

    private async Task<Traffic> TrafficAsync(Guid memory) => await tenant.Evaluator.GetTrafficAsync(new GetTrafficRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.Headers);
}
