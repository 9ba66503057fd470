using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Comparing;

public sealed class When_two_evaluations_are_compared(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_tell_what_differs_and_whether_that_is_chance()
    {
        var memory = await tenant.MemoryAsync();
        var good = await tenant.EvaluationAsync(memory, await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId));
        var weak = await tenant.EvaluationAsync(memory, await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, commit: 2, probes: Serving.World.ProbeSetId));

        var comparison = await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = good.Id, Second = weak.Id, MostChanged = 3 }, tenant.Headers);

        var rel = comparison.Figures.Single(f => f.Figure == "rel");
        (rel.First, rel.Second, rel.N, rel.Test).ShouldBe((good.Scores["rel"], weak.Scores["rel"], Serving.World.Edits.Count, "mcnemar-exact"));
        rel.Difference.ShouldBe(weak.Scores["rel"] - good.Scores["rel"], 1e-9);
        (rel.Low <= rel.Difference && rel.Difference <= rel.High && rel.High < 0 && rel.Significant && rel.PValue < 0.001).ShouldBeTrue();
        comparison.Changed.Count.ShouldBe(3);
        comparison.Changed.ShouldAllBe(c => c.SecondValue < c.FirstValue && c.First != c.Second);
        (comparison.OnlyInFirst, comparison.OnlyInSecond).ShouldBe((0, 0));
        var itself = await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = good.Id, Second = good.Id }, tenant.Headers);
        itself.Figures.ShouldAllBe(f => f.Difference == 0 && f.PValue == 1 && !f.Significant);
        var interval = good.Intervals["rel"];
        (interval.Low < good.Scores["rel"] && good.Scores["rel"] <= interval.High).ShouldBeTrue();

        var other = await tenant.AskedAsync(new StartEvaluationRequest { BridgeId = good.BridgeId, Protocol = "probability" });
        var refused = await tenant.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = good.Id, Second = other.Id }, tenant.Headers).RefusedAsync();
        (refused.StatusCode, refused.Detail).ShouldBe((StatusCode.InvalidArgument, "scores of different protocols are not comparable (generate-exact and probability); evaluate both bridges under one"));
    }

    [Fact]
    public async Task Should_list_what_was_said_before_and_after_page_by_page()
    {
        var memory = await tenant.MemoryAsync();
        var first = await tenant.EvaluationAsync(memory, await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId));
        var weak = await tenant.EvaluationAsync(memory, await Serving.TrainedAsync(tenant, memory, Serving.World.Weak, commit: 2, probes: Serving.World.ProbeSetId));

        var (request, prompts) = (new ListOutcomesRequest { EvaluationId = first.Id, Limit = 50 }, new List<string>());
        do
        {
            var page = await tenant.Evaluator.ListOutcomesAsync(request, tenant.Headers);
            page.Outcomes.Count.ShouldBeLessThanOrEqualTo(50);
            prompts.AddRange(page.Outcomes.Select(o => o.Prompt));
            request.Page = page.NextPage;
        }
        while (request.Page.Length > 0);

        prompts.ShouldBe(Serving.World.Probes.Select(p => p.Prompt));
        var edit = Serving.World.Probes.First(p => p.EditId is not null).EditId!;
        var ofEdit = (await tenant.Evaluator.ListOutcomesAsync(new ListOutcomesRequest { EditId = edit, Kind = "Reliability" }, tenant.Headers)).Outcomes;
        ofEdit.Select(o => (o.EvaluationId, o.BridgeId, o.Protocol)).ShouldBe([(weak.Id, weak.BridgeId, "generate-exact"), (first.Id, first.BridgeId, "generate-exact")]);
        (ofEdit[1].After, ofEdit[1].Before == ofEdit[1].After).ShouldBe((ofEdit[1].Answer, false));
        (await tenant.Evaluator.ListOutcomesAsync(new ListOutcomesRequest { EvaluationId = weak.Id, Kind = "Reliability", Misses = true }, tenant.Headers)).Outcomes.ShouldAllBe(o => o.Value == 0 && o.Kind == "Reliability");
        (await tenant.Evaluator.ListOutcomesAsync(new ListOutcomesRequest(), tenant.Headers).RefusedAsync()).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        var other = Serving.NewTenant();
        (await other.Evaluator.ListOutcomesAsync(new ListOutcomesRequest { EditId = edit }, other.Headers)).Outcomes.ShouldBeEmpty();
        (await other.Evaluator.CompareEvaluationsAsync(new CompareEvaluationsRequest { First = first.Id, Second = weak.Id }, other.Headers).RefusedAsync()).StatusCode.ShouldBe(StatusCode.NotFound);
    }
}
