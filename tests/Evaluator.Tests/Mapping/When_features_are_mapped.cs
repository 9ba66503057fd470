using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Memory.Encoders;
using MindBridge.Platform.Artifacts;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Mapping;

public sealed class When_features_are_mapped(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_show_every_prompt_of_an_evaluation_as_the_scored_bridge_s_encoder_sees_it()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First, probes: Serving.World.ProbeSetId);
        var evaluation = await tenant.EvaluationAsync(memory, bridge);
        var request = new GetFeatureMapRequest { EvaluationId = evaluation.Id };

        var map = await tenant.Evaluator.GetFeatureMapAsync(request, tenant.Headers);

        (map.Evaluation.Id, map.EncoderId, map.ShardId, map.Shards, map.Prompts).ShouldBe((evaluation.Id, Serving.World.First.Encoder, memory.ToString(), 1, map.Points.Count));
        map.Points.Select(p => p.Kind).Distinct().ShouldBe(["edit", "paraphrase", "neighbour", "out-of-scope"], ignoreOrder: true);
        map.Points.Where(p => p.Kind == "edit").Select(p => p.Prompt).ShouldBe(Serving.World.Edits.Select(e => e.Prompt), ignoreOrder: true);
        map.Points.ShouldAllBe(p => p.Existence >= 0 && p.Existence <= 1 && double.IsFinite(p.X) && double.IsFinite(p.Y));
        Existence("edit").ShouldBeGreaterThan(Existence("out-of-scope"), "the encoder was taught to tell them apart");
        // As the very encoder of the bridge says, read from the store.
        var folder = Directory.CreateDirectory(Path.Combine(Serving.Folder, "mapped-encoder")).FullName;
        await Serving.Store.LoadFolderAsync(new ArtifactId(map.EncoderId), folder);
        using (var encoder = MemoryEncoder.From(folder))
        using (var features = encoder.Features([.. map.Points.Take(10).Select(p => p.Prompt)]))
            foreach (var (told, expected) in map.Points.Take(10).Zip(encoder.InScope(features))) told.Existence.ShouldBe(expected, 1e-4);
        // Centred, the first direction varies most.
        Math.Abs(map.Points.Average(p => p.X)).ShouldBeLessThan(1e-3);
        map.Points.Sum(p => p.X * p.X).ShouldBeGreaterThan(map.Points.Sum(p => p.Y * p.Y));
        map.XShare.ShouldBeGreaterThan(map.YShare);
        (map.XShare + map.YShare).ShouldBeInRange(1, 100);
        // Inference itself, asked once more, sees the same.
        var mapped = await tenant.Inference.MapFeaturesAsync(
            new MapFeaturesRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = "facts", BridgeId = bridge }, Prompts = { map.Points.Select(p => new MappedPrompt { Prompt = p.Prompt }) } }, tenant.Headers);
        mapped.Features.Select(f => (f.X, f.Y, f.Existence)).ShouldBe(map.Points.Select(p => (p.X, p.Y, p.Existence)));

        request.MostPoints = 20;
        var few = await tenant.Evaluator.GetFeatureMapAsync(request, tenant.Headers);
        (few.Points.Count, few.Prompts).ShouldBe((20, map.Prompts));
        few.Points.Select(p => p.Kind).Distinct().Count().ShouldBe(4, "of each kind a part is drawn");
        few.ShouldBe(await tenant.Evaluator.GetFeatureMapAsync(request, tenant.Headers));

        double Existence(string kind) => map.Points.Where(p => p.Kind == kind).Average(p => p.Existence);
    }

    [Fact]
    public async Task Should_refuse_what_is_not_there()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        var request = new GetFeatureMapRequest { EvaluationId = (await tenant.EvaluationAsync(memory, bridge)).Id };

        (await Serving.NewTenant().Evaluator.GetFeatureMapAsync(request, Serving.NewTenant().Headers).RefusedAsync()).StatusCode.ShouldBe(StatusCode.NotFound);
        request.Shard = 1;
        (await tenant.Evaluator.GetFeatureMapAsync(request, tenant.Headers).RefusedAsync()).Detail.ShouldContain("shard is 1");
        (request.Shard, request.MostPoints) = (0, 100_000);
        (await tenant.Evaluator.GetFeatureMapAsync(request, tenant.Headers).RefusedAsync()).Detail.ShouldContain("most_points is 100000");
        var unedited = new MapFeaturesRequest { Target = new Target { Llm = ServingPlatform.Llm }, Prompts = { new MappedPrompt { Prompt = "Who" } } };
        (await tenant.Inference.MapFeaturesAsync(unedited, tenant.Headers).RefusedAsync()).Detail.ShouldContain("names no memory");
        var empty = new MapFeaturesRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = "facts" }, Prompts = { new MappedPrompt { Prompt = " " } } };
        (await tenant.Inference.MapFeaturesAsync(empty, tenant.Headers).RefusedAsync()).Detail.ShouldContain("prompt 0 has 1 characters");
    }
}
