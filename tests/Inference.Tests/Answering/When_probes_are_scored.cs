using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Answering;

public sealed class When_probes_are_scored(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_compare_the_answers_before_and_after()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync();
        await serving.ServingAsync(tenant, memory, serving.World.First);

        var (scored, headers) = await ScoreAsync(new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString() }, "generate-exact", Wire(), messages: 3);

        scored.Select(s => s.Index).ShouldBe(Enumerable.Range(0, serving.World.Probes.Count));
        headers.GetValue("mindbridge-encoders").ShouldBe(serving.World.First.Encoder);
        var byKind = serving.World.Probes.Zip(scored).ToLookup(p => (ProbeKind)p.First.Kind, p => p.Second);
        byKind[ProbeKind.Reliability].Average(s => s.Value).ShouldBeGreaterThan(0.75);
        byKind[ProbeKind.Reliability].ShouldContain(s => s.Before != s.After);
        byKind[ProbeKind.LocalityHeldOut].Concat(byKind[ProbeKind.LocalityNeighbour]).Average(s => s.Value).ShouldBeGreaterThan(0.9);
        var edit = serving.World.Edits[0];
        scored[serving.World.Probes.ToList().FindIndex(p => p.Prompt == edit.Prompt)].After.ShouldBe((await tenant.AskAsync(edit.Prompt, memory)).Text);
    }

    [Fact]
    public async Task Should_change_nothing_where_no_memory_is_asked()
    {
        var (scored, headers) = await ScoreAsync(new Target { Llm = ServingPlatform.Llm }, "generate-exact", Wire());

        scored.ShouldAllBe(s => s.Before == s.After);
        headers.GetValue("mindbridge-bridge").ShouldBeNull();
    }

    [Fact]
    public async Task Should_leave_a_locality_answer_to_the_unedited_LLM_and_refuse_others_without_one()
    {
        var open = new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = "The capital of Austria is" };
        var (scored, _) = await ScoreAsync(new Target { Llm = ServingPlatform.Llm }, "teacher-forced-token", [open]);
        scored.Single().Value.ShouldBe(1);

        open.Kind = ProbeKind.Reliability;
        (await Refused("generate-exact", open)).ShouldContain("answer is empty");
        open.Answer = "Vienna";
        (await Refused("guessing", open)).ShouldContain("there is no protocol \"guessing\"");
    }

    [Fact]
    public async Task Should_let_answers_through_between_its_turns()
    {
        var many = Enumerable.Range(0, 12).SelectMany(_ => Wire()).ToList();
        var scoring = ScoreAsync(new Target { Llm = ServingPlatform.Llm }, "generate-exact", many);

        for (var i = 0; i < 3; i++) await tenant.AskAsync("The capital of Austria is");

        scoring.IsCompleted.ShouldBeFalse("the answers must come before thousands of probes are through");
        (await scoring).Scored.Count.ShouldBe(many.Count);
    }

    private List<Probe> Wire() => [.. platform.Serving.World.Probes.Select(p => new Probe { Kind = (ProbeKind)p.Kind, Prompt = p.Prompt, Answer = p.Answer, OldAnswer = p.OldAnswer ?? "", EditId = p.EditId ?? "" })];

    private async Task<string> Refused(string protocol, Probe probe)
    {
        var refused = await Should.ThrowAsync<RpcException>(() => ScoreAsync(new Target { Llm = ServingPlatform.Llm }, protocol, [probe]));
        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        return refused.Status.Detail;
    }

    private async Task<(List<ScoredProbe> Scored, Metadata Headers)> ScoreAsync(Target target, string protocol, IReadOnlyList<Probe> probes, int messages = 1)
    {
        using var call = tenant.Inference.Score(tenant.Headers);
        var writing = WriteAsync();
        var scored = new List<ScoredProbe>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) scored.Add(call.ResponseStream.Current);
        await writing;
        return (scored, await call.ResponseHeadersAsync);

        async Task WriteAsync()
        {
            var first = true;
            foreach (var part in probes.Chunk((probes.Count + messages - 1) / messages))
            {
                var request = new ScoreRequest { Probes = { part } };
                if (first) (request.Target, request.Protocol) = (target, protocol);
                first = false;
                await call.RequestStream.WriteAsync(request);
            }

            await call.RequestStream.CompleteAsync();
        }
    }
}
