using Grpc.Core;
using MindBridge.Cli.Ability;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Tests.Killing;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using MindBridge.Platform.Jobs;
using MindBridge.ServingWorld;
using Evaluation = MindBridge.Contracts.V1.Evaluation;
using SentItem = MindBridge.Evaluator.MeasuringAbility.AbilityItem;

namespace MindBridge.Evaluator.Tests.MeasuringAbility;

public sealed class When_general_ability_is_measured(Platform platform) : IDisposable
{
    private readonly Tenant tenant = platform.Serving.NewTenant();
    private readonly AbilityFolder folder = AbilityFolder.Whole();

    private ServingPlatform Serving => platform.Serving;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Should_compare_the_edited_LLM_with_the_unedited_one_task_by_task()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        // One passage begins as an edit does, so that the memory speaks somewhere.
        var edit = Serving.World.Edits[0];
        var about = $"As they taught us long ago at the school by the river, {edit.Prompt} {edit.Object} {string.Join(' ', Enumerable.Range(0, 24).Select(i => $"word{i % 5}"))} .";
        folder.Write("wikitext-2/test.txt", File.ReadAllText(Path.Combine(folder.Path, "wikitext-2/test.txt")) + about + "\n");
        var data = AbilityData.Read(folder.Path, [], 0, 0);
        var spoken = AbilityFolder.Sent(data) + new SentItem("sst2", edit.Prompt, edit.Object, [edit.Object, "a film"]).ToLine();
        var first = new StartAbilityRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), Seed = 3, Data = "our folder" };

        var started = await AbilityFolder.StartAsync(tenant.Evaluator, tenant, first, spoken);

        var evaluation = await tenant.CompletedAsync(started.Id);
        (evaluation.Kind, evaluation.Protocol, evaluation.Cause, evaluation.BridgeId, evaluation.GatePassed, evaluation.CommitSequence).ShouldBe(("ability", "general-ability", "request", bridge, false, 1));
        var report = await tenant.Evaluator.GetAbilityAsync(new GetAbilityRequest { EvaluationId = started.Id }, tenant.Headers);
        (report.Evaluation, report.Seed, report.Data).ShouldBe((evaluation, 3ul, "our folder"));
        report.Figures.Select(f => (f.Task, f.N)).ShouldBe([("sst2", 7), ("mrpc", 2), ("cola", 2), ("rte", 2), ("nli", 2), ("mmlu", 3), ("perplexity", 7)]);
        report.Figures.ShouldAllBe(f => evaluation.Scores[f.Task] == f.Edited && evaluation.Counts[f.Task] == f.N && f.Base >= f.BaseInterval.Low && f.Base <= f.BaseInterval.High && f.Edited >= f.EditedInterval.Low && f.Edited <= f.EditedInterval.High);
        report.Figures.ShouldAllBe(f => Math.Abs(f.Edited - f.Base - f.Difference) < 1e-9 && f.Difference >= f.DifferenceInterval.Low && f.Difference <= f.DifferenceInterval.High);
        report.Figures.Where(f => f.Task is not "sst2" and not "perplexity").ShouldAllBe(f => f.Spoke == 0 && f.Difference == 0 && f.PValue == 1);
        var sst2 = report.Figures[0];
        (sst2.Unit, sst2.Spoke, sst2.Chance > 0).ShouldBe(("%", 1, true));
        // As the library scores the released LLM itself.
        using var llm = Llm.From(TrainedWorld.LlmFolder);
        using var unedited = new Memory.Rivals.Unedited(llm);
        var outcomes = (await tenant.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = started.Id }, tenant.Headers)).Outcomes;
        outcomes.Single(o => o.Prompt == edit.Prompt).ShouldSatisfyAllConditions(o => o.After.ShouldBe(edit.Object, "the memory speaks where it is asked"), o => o.Value.ShouldBe(1));
        var items = data.Items.Select(i => new AbilityItem(i.Prompt, i.Answer, i.Options ?? [], i.Examples ?? [])).ToList();
        var expected = GeneralAbility.Score(unedited, unedited, items);
        outcomes.Where(o => o.Kind != "perplexity" && o.Prompt != edit.Prompt).Select(o => o.Before).ShouldBe(expected.Zip(items).Where(e => e.Second.Options.Count > 0).Select(e => e.First!.Before));
        var passages = expected.Zip(items).Where(e => e.Second.Options.Count == 0).ToList();
        report.Figures[^1].Base.ShouldBe(Math.Exp(passages.Sum(p => p.First!.Base * AbilityItem.Words(p.Second.Answer)) / passages.Sum(p => AbilityItem.Words(p.Second.Answer))), 0.01 * report.Figures[^1].Base);
        report.Figures[^1].Unit.ShouldBe("perplexity a word");

        (await tenant.DeploymentAsync(memory))!.Sequence.ShouldBe(1, "it promotes nothing");
        await RefusesAsync(evaluation, memory, first, data);
    }

    [Fact]
    public async Task Should_go_on_after_a_kill_and_come_to_the_same_figures()
    {
        var (whole, broken) = (await tenant.MemoryAsync("whole"), await tenant.MemoryAsync("broken"));
        await Serving.ServingAsync(tenant, whole, Serving.World.First);
        var lines = AbilityFolder.Sent(AbilityData.Read(folder.Path, [], 0, 0));
        var unbroken = await tenant.CompletedAsync((await AbilityFolder.StartAsync(tenant.Evaluator, tenant, Request(whole), lines)).Id);
        await using var evaluator = await EvaluatorProcess.StartAsync(Serving, "killed_ability", "--Evaluation:Part=1");
        var bridge = await Serving.World.BridgeAsync(tenant.Name, broken, Serving.LlmId, Serving.World.First);
        var request = Request(broken);
        request.BridgeId = bridge;
        var started = await AbilityFolder.StartAsync(evaluator.Client, tenant, request, lines);
        // The same again is the one that waits or runs.
        (await AbilityFolder.StartAsync(evaluator.Client, tenant, request.Clone(), lines)).Id.ShouldBe(started.Id);
        await Eventually.HoldsAsync(async () => await evaluator.StoredAsync() >= 3, "three questions are answered");

        await evaluator.KillAsync();

        (await evaluator.StoredAsync()).ShouldBeInRange(3, lines.Count(c => c == '\n') - 1, "it must have died before the end, or this test could not fail");
        await evaluator.RunAsync();
        await Eventually.HoldsAsync(async () => (await evaluator.Client.ListEvaluationsAsync(new ListEvaluationsRequest(), tenant.Headers)).Evaluations.Any(e => e.Id == started.Id), "another process completes it");
        var resumed = await evaluator.Client.GetAbilityAsync(new GetAbilityRequest { EvaluationId = started.Id }, tenant.Headers);
        resumed.Figures.ShouldBe((await tenant.Evaluator.GetAbilityAsync(new GetAbilityRequest { EvaluationId = unbroken.Id }, tenant.Headers)).Figures);
        resumed.Evaluation.ProbeSetId.ShouldBe(unbroken.ProbeSetId, "the same data, the same hash");
        (await evaluator.Jobs.ListAsync()).Single().ShouldSatisfyAllConditions(j => j.State.ShouldBe(JobState.Succeeded), j => j.Attempts.ShouldBe(2));
    }

    private StartAbilityRequest Request(Guid memory) => new() { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString() };

    private async Task RefusesAsync(Evaluation ability, Guid memory, StartAbilityRequest first, AbilityData data)
    {
        var other = await tenant.EvaluationAsync(memory, ability.BridgeId);
        other.Kind.ShouldBe("memory");
        (await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = ability.Id, Second = other.Id }, tenant.Headers).RefusedAsync()).Detail.ShouldContain("scores of different protocols are not comparable");
        (await tenant.Evaluator.GetAbilityAsync(new GetAbilityRequest { EvaluationId = other.Id }, tenant.Headers).RefusedAsync()).Detail.ShouldContain("which measures how edits hold");
        (await tenant.Evaluator.GetFeatureMapAsync(new GetFeatureMapRequest { EvaluationId = ability.Id }, tenant.Headers).RefusedAsync()).Detail.ShouldContain("nothing to map");
        (await tenant.Evaluator.StartEvaluationAsync(new StartEvaluationRequest { BridgeId = ability.BridgeId, Protocol = "general-ability" }, tenant.AsOperator).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);

        // The same bridge on a part of the data is another measurement; on the same data it differs by nothing.
        var part = await tenant.CompletedAsync((await AbilityFolder.StartAsync(tenant.Evaluator, tenant, Request(memory), AbilityFolder.Sent(data with { Items = [.. data.Items.Where(i => i.Task is "rte" or "perplexity")] }))).Id);
        (await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = ability.Id, Second = part.Id }, tenant.Headers).RefusedAsync()).Detail.ShouldContain("asked different questions");
        var again = await tenant.CompletedAsync((await AbilityFolder.StartAsync(tenant.Evaluator, tenant, Request(memory), AbilityFolder.Sent(data with { Items = [.. data.Items.Where(i => i.Task is "rte" or "perplexity")] }))).Id);
        var compared = await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = part.Id, Second = again.Id }, tenant.Headers);
        compared.Figures.Select(f => (f.Figure, f.Difference, f.PValue)).ShouldBe([("rte", 0, 1), ("perplexity", 0, 1)]);
        compared.Figures[1].First.ShouldBe(part.Scores["perplexity"], 1e-9);

        async Task<string> WhyNot(StartAbilityRequest request, string lines) => (await Should.ThrowAsync<RpcException>(() => AbilityFolder.StartAsync(tenant.Evaluator, tenant, request, lines))).Status.Detail;
        (await WhyNot(Request(memory), "{\"task\":\"sst2\",\"prompt\":\"p\",\"answer\":\"a\",\"options\":[\"a\",\"b\"]}\n{\"task\":\"wit\",\"prompt\":\"p\",\"answer\":\"a\"}\n")).ShouldContain("line 2: task is \"wit\"");
        (await WhyNot(Request(memory), "{\"task\":\"sst2\",\"prompt\":\"p\",\"answer\":\"c\",\"options\":[\"a\",\"b\"]}\n")).ShouldContain("line 1: answer is \"c\", which is none of the options");
        (await WhyNot(Request(memory), "{\"task\":\"sst2\",\"prompt\":\"p\",\"answer\":\"a\"}\n")).ShouldContain("questions have options, passages none");
        (await WhyNot(Request(memory), "\n")).ShouldContain("0 questions are given");
        var foreign = Request(memory);
        foreign.BridgeId = ability.ProbeSetId;
        (await WhyNot(foreign, AbilityFolder.Sent(data))).ShouldContain("has no bridge");
        (await WhyNot(Request(await tenant.MemoryAsync("unserved")), AbilityFolder.Sent(data))).ShouldContain("nothing serves memory unserved");
    }
}
