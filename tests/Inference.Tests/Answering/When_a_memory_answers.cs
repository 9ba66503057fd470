using MindBridge.Contracts.V1;
using MindBridge.Memory.Scoring;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Answering;

public sealed class When_a_memory_answers(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_say_the_corrections_and_leave_all_else_as_it_was()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        var bridge = await serving.ServingAsync(tenant, memory, serving.World.First);

        var right = 0;
        foreach (var edit in serving.World.Edits)
        {
            var answer = await tenant.AskAsync(edit.Prompt, memory);
            (answer.Edited, answer.Bridge).ShouldBe((true, bridge));
            answer.Encoders.ShouldBe([serving.World.First.Encoder]);
            var before = await tenant.AskAsync(edit.Prompt);
            (before.Edited, before.Bridge, before.Encoders.Count).ShouldBe((false, "", 0));
            if (NormalisedMatch.Is(answer.Text, edit.Object) && !NormalisedMatch.Is(before.Text, edit.Object)) right++;
        }

        right.ShouldBeGreaterThanOrEqualTo(serving.World.Edits.Count * 3 / 4);
        // Drawn tokens differ as soon as one logit differs by a bit or so; forty of them agree only where all logits do.
        foreach (var probe in serving.World.Probes.Where(p => p.EditId is null).Take(12))
            (await DrawnAsync(probe.Prompt, memory)).ShouldBe((await DrawnAsync(probe.Prompt, null)) with { Bridge = bridge });
    }

    [Fact]
    public async Task Should_explain_an_answer()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        var bridge = await serving.ServingAsync(tenant, memory, serving.World.First);
        var edit = serving.World.Edits[0];
        var target = new Target { Llm = ServingPlatform.Llm, Memory = "facts" };

        var edited = await tenant.Inference.ExplainAsync(new ExplainRequest { Target = target, Prompt = edit.Prompt }, tenant.Headers);
        var closed = await tenant.Inference.ExplainAsync(new ExplainRequest { Target = target, Prompt = "Once upon a time there was" }, tenant.Headers);
        var plain = await tenant.Inference.ExplainAsync(new ExplainRequest { Target = new Target { Llm = ServingPlatform.Llm }, Prompt = edit.Prompt }, tenant.Headers);

        (edited.Edited, edited.BridgeId, edited.ShardId).ShouldBe((true, bridge, memory.ToString()));
        edited.EncoderIds.ShouldBe([serving.World.First.Encoder]);
        edited.Nearest[0].EditId.ShouldBe(edit.Id);
        edited.EditedAnswer.ShouldBe((await tenant.AskAsync(edit.Prompt, memory)).Text);
        edited.BaseAnswer.ShouldBe((await tenant.AskAsync(edit.Prompt)).Text);
        edited.Reason.ShouldContain("reaches");
        (closed.Edited, closed.Reason).ShouldBe((false, "the prompt names no edited subject"));
        closed.EditedAnswer.ShouldBe(closed.BaseAnswer);
        (plain.Edited, plain.BridgeId, plain.BaseAnswer).ShouldBe((false, "", edited.BaseAnswer));
    }

    [Fact]
    public async Task Should_answer_with_a_challenger_when_one_is_named()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        var champion = await serving.ServingAsync(tenant, memory, serving.World.First);
        var challenger = await serving.World.BridgeAsync(tenant.Name, memory, serving.LlmId, serving.World.Second);
        var edit = serving.World.Edits[0];

        var answer = await tenant.AskAsync(edit.Prompt, memory, challenger);

        (answer.Bridge, answer.Encoders.Single()).ShouldBe((challenger, serving.World.Second.Encoder));
        (await tenant.AskAsync(edit.Prompt, memory)).Bridge.ShouldBe(champion);
        (await ServingPlatform.ServedAsync(tenant, memory)).ShouldBe(champion);
    }

    private async Task<(string Text, string Bridge, bool Edited)> DrawnAsync(string prompt, Guid? memory)
    {
        var pieces = await tenant.PiecesAsync(new GenerateRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = memory?.ToString() ?? "" }, Prompt = prompt, MaxTokens = 40, Temperature = 1.5, Seed = 7 });
        return (string.Concat(pieces.Select(p => p.Text)), pieces[0].BridgeId, pieces[0].Edited);
    }
}
