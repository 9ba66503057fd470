using Google.Protobuf;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Deploying;
using MindBridge.Platform.Metrics;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;
using ProbeKind = MindBridge.Memory.Scoring.ProbeKind;

namespace MindBridge.Evaluator.Tests.Asking;

public sealed class When_somebody_asks_for_scores(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_score_under_any_protocol_and_promote_nothing()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId);
        var automatic = await tenant.EvaluationAsync(memory, bridge);
        (automatic.Cause, automatic.ProbeSetId, automatic.Unit, automatic.CommitSequence).ShouldBe(("bridge", Serving.World.ProbeSetId, "%", 1));

        foreach (var protocol in (string[])["generate-exact", "generate-prefix", "teacher-forced-token", "paper-teacher-forced", "probability", "divergence"])
        {
            var asked = await tenant.AskedAsync(new StartEvaluationRequest { BridgeId = bridge, Protocol = protocol });
            (asked.Protocol, asked.Cause, asked.GatePassed, asked.BridgeId, asked.RequestedBy.Length > 0).ShouldBe((protocol, "request", false, bridge, true));
            asked.Unit.ShouldBe(protocol == "divergence" ? "nats" : "%");
            asked.Scores.ShouldAllBe(s => s.Value >= asked.Intervals[s.Key].Low && s.Value <= asked.Intervals[s.Key].High);
            if (protocol == "generate-exact") asked.Scores.ToDictionary().ShouldBe(automatic.Scores.ToDictionary(), ignoreOrder: true);
            var outcomes = (await tenant.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = asked.Id }, tenant.Headers)).Outcomes;
            var misses = (await tenant.Evaluator.ListOutcomesAsync(new ListOutcomesRequest { EvaluationId = asked.Id, Misses = true, Limit = 1000 }, tenant.Headers)).Outcomes;
            misses.Select(o => o.Place).ShouldBe(outcomes.Where(o => !o.Hit).Select(o => o.Place), protocol);
            outcomes.ShouldAllBe(o => o.Hit == (protocol == "divergence" ? o.Value <= 0 : o.Value >= 1));
            if (protocol == "divergence") asked.Scores.ShouldSatisfyAllConditions(s => s.Keys.ShouldContain("loc"), s => s.Keys.ShouldNotContain("rel"), s => s["loc"].ShouldBeInRange(0, 20));
        }

        (await tenant.DeploymentAsync(memory))!.Sequence.ShouldBe(1);
        // What somebody asks for is not what serves is told to score, least of all nats as percent.
        await using (var evaluator = Serving.Evaluator(ServingPlatform.FreeAddress()))
        {
            var gauged = (await evaluator.Services.GetServices<IGauges>().OfType<ChampionScores>().Single().ReadAsync(default)).Where(r => r.Tags.Contains(("memory", memory.ToString()))).ToList();
            var byProtocol = gauged.ToLookup(r => r.Tags.Single(t => t.Name == "protocol").Value);
            foreach (var asked in (string[])["divergence", "probability", "paper-teacher-forced"]) byProtocol[asked].ShouldBeEmpty();
            byProtocol["generate-exact"].ToDictionary(r => r.Tags.Single(l => l.Name == "figure").Value, r => r.Value).ShouldBe(automatic.Scores.ToDictionary(), ignoreOrder: true);
        }

        (await tenant.Evaluator.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = bridge, Protocol = "vibes" }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        // An artifact that is no bridge is none.
        (await tenant.Evaluator.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = Serving.World.ProbeSetId, Protocol = "probability" }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task Should_score_on_imported_probes_and_say_which_lines_are_none()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        var edit = Serving.World.Edits[0];
        var line = $$"""{"kind":"Reliability","prompt":"{{edit.Prompt}}","answer":"{{edit.Object}}","editId":"mine"}""";

        var broken = await ImportAsync(memory, "mine", line + "\n{\"kind\":\"Hearsay\",\"prompt\":\"p\",\"answer\":\"a\"}\n\n{\"kind\":\"Generality\",\"prompt\":\"p\",\"answer\":\"\"}\nnothing\n");
        (broken.Set, broken.Problems.Select(p => p.Line)).ShouldSatisfyAllConditions(b => b.Set.ShouldBeNull(), b => b.Item2.ShouldBe([2, 4, 5]));
        var first = (await ImportAsync(memory, "mine", line)).Set;
        var again = (await ImportAsync(memory, "mine", line + "\n")).Set;
        var second = (await ImportAsync(memory, "mine", line + "\n" + line.Replace("Reliability", "Generality", StringComparison.Ordinal))).Set;

        again.ShouldBe(first);
        (first.Version, second.Version, first.Id == second.Id, second.Probes, second.Counts["Generality"], second.Source).ShouldBe((1, 2, false, 2, 1, "imported"));
        (await tenant.Evaluator.ListProbeSetsAsync(new ListProbeSetsRequest { MemoryId = memory.ToString() }, tenant.Headers)).Sets.Select(s => (s.Name, s.Version)).ShouldBe([("edits", 1), ("mine", 2), ("mine", 1)]);
        var scored = await tenant.AskedAsync(new StartEvaluationRequest { BridgeId = bridge, Protocol = "generate-exact", ProbeSetId = second.Id });
        (scored.ProbeSetId, scored.Counts["rel"], scored.Counts["gen"], scored.Scores["rel"]).ShouldBe((second.Id, 1, 1, 100));
        // Another memory's set is nobody's to use.
        var other = await tenant.MemoryAsync("other");
        var foreign = await Serving.ServingAsync(tenant, other, Serving.World.First);
        (await tenant.Evaluator.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = foreign, Protocol = "generate-exact", ProbeSetId = second.Id }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => ImportAsync(memory, "edits", line))).Status.Detail.ShouldContain("give another");
    }

    [Fact]
    public async Task Should_make_probes_that_no_training_saw_and_follow_edits_from_commit_to_commit()
    {
        var memory = await tenant.MemoryAsync();
        var (old, young) = (await CommitAsync(memory, 0, 3), await CommitAsync(memory, 3, 6));
        var generated = await tenant.Evaluator.GenerateProbesAsync(new GenerateProbesRequest { MemoryId = memory.ToString(), Seed = 7 }, tenant.AsOperator);
        (await tenant.Evaluator.GenerateProbesAsync(new GenerateProbesRequest { MemoryId = memory.ToString(), Seed = 7 }, tenant.AsOperator)).ShouldBe(generated);
        (generated.Source, generated.Probes >= 6, generated.Counts.Keys.Single()).ShouldBe(("generated", true, "Generality"));
        (await tenant.Evaluator.GenerateProbesAsync(new GenerateProbesRequest { MemoryId = memory.ToString(), Seed = 7, Most = 4 }, tenant.AsOperator)).Probes.ShouldBe(4);

        var first = await BridgeAsync(memory, 1, old, Serving.World.First);
        var second = await BridgeAsync(memory, 2, [.. old, .. young], Serving.World.Second);
        await tenant.EvaluationAsync(memory, second);

        var retention = await tenant.Evaluator.GetRetentionAsync(new GetRetentionRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() }, tenant.Headers);
        retention.Points.Select(p => (p.Cohort, p.CommitSequence, p.BridgeId, p.Counts["rel"])).ShouldBe([(1, 1, first, 3), (1, 2, second, 3), (2, 2, second, 3)]);
        retention.Points.ShouldAllBe(p => p.Scores["rel"] >= p.Intervals["rel"].Low && p.Scores["rel"] <= p.Intervals["rel"].High);
        var outcomes = (await tenant.Evaluator.ListOutcomesAsync(new ListOutcomesRequest { EvaluationId = retention.Points[1].EvaluationId }, tenant.Headers)).Outcomes;
        retention.Points[1].Scores["rel"].ShouldBe(100 * outcomes.Where(o => o.CommitSequence == 1).Average(o => o.Value), 1e-9);
        // Three of six are the most that do not overlap.
        (retention.Oldest.Edits, retention.Oldest.FirstCommit, retention.Oldest.LastCommit, retention.Newest.Edits, retention.Newest.FirstCommit, retention.Newest.LastCommit).ShouldBe((3, 1, 1, 3, 2, 2));
        (retention.Oldest.Scores["rel"], retention.Newest.Scores["rel"]).ShouldBe((retention.Points[1].Scores["rel"], retention.Points[2].Scores["rel"]));
        var two = await tenant.Evaluator.GetRetentionAsync(new GetRetentionRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Edits = 2 }, tenant.Headers);
        (two.Oldest.Counts["rel"], two.Newest.Counts["rel"]).ShouldBe((2, 2));
        var scored = await tenant.AskedAsync(new StartEvaluationRequest { BridgeId = second, Protocol = "generate-exact", ProbeSetId = generated.Id });
        scored.Counts["gen"].ShouldBe(generated.Probes);
    }

    private async Task<string> BridgeAsync(Guid memory, long commit, IReadOnlyList<(string Fact, Memory.Edits.Edit Edit)> edits, (string Encoder, string Projector) pair)
    {
        var probes = await Serving.World.SaveProbesAsync(edits.Select(e => new Memory.Scoring.Probe { Kind = ProbeKind.Reliability, Prompt = e.Edit.Prompt, Answer = e.Edit.Object, EditId = e.Fact }));
        return await Serving.ServingAsync(tenant, memory, pair, commit, probes);
    }

    private async Task<IReadOnlyList<(string Fact, Memory.Edits.Edit Edit)>> CommitAsync(Guid memory, int from, int to)
    {
        var edits = Serving.World.Edits.Skip(from).Take(to - from).ToList();
        var request = new SubmitEditsRequest { Memory = memory.ToString() };
        request.Edits.AddRange(edits.Select(e => new Edit { Subject = e.Subject, Relation = "is", Object = e.Object, Prompt = e.Prompt, Paraphrases = { $"They say that {e.Subject} is" } }));
        (await tenant.Registry.SubmitEditsAsync(request, tenant.Headers)).Problems.ShouldBeEmpty();
        await tenant.Registry.CommitNowAsync(new CommitNowRequest { Memory = memory.ToString() }, tenant.Headers);
        using var read = tenant.Registry.ReadEdits(new ReadEditsRequest { Memory = memory.ToString() }, tenant.Headers);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await read.ResponseStream.MoveNext(default)) facts[read.ResponseStream.Current.Edit.Subject] = read.ResponseStream.Current.FactId;
        return [.. edits.Select(e => (facts[e.Subject], e))];
    }

    private async Task<ImportProbesReply> ImportAsync(Guid memory, string name, string lines)
    {
        using var call = tenant.Evaluator.ImportProbes(tenant.AsOperator);
        // In pieces that end anywhere.
        foreach (var piece in System.Text.Encoding.UTF8.GetBytes(lines).Chunk(50))
            await call.RequestStream.WriteAsync(new ImportProbesRequest { MemoryId = memory.ToString(), Name = name, Lines = ByteString.CopyFrom(piece) });
        await call.RequestStream.CompleteAsync();
        return await call;
    }
}
