using MindBridge.Artifacts;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using TorchSharp;

namespace MindBridge.Memory.Tests.Training;

public sealed class When_an_encoder_is_trained(TinyWorld world) : IClassFixture<TinyWorld>
{
    private Task<TrainedEncoder> Train(EncoderTrainingSettings settings, string name, EncoderTrainingData? data = null) =>
        EncoderTrainer.TrainAsync(settings, data ?? TinyWorld.EncoderData, world.Encoder, world.Folder(name), cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task Every_loss_falls_and_the_artifact_serves()
    {
        var told = new Told<TrainingProgress>();
        var trained = await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 300, LearningRate = 3e-3, ValidateEvery = 300 }, TinyWorld.EncoderData with { Validation = TinyWorld.Validation }, world.Encoder, world.Folder("falls"), told,
            cancellationToken: TestContext.Current.CancellationToken);

        foreach (var part in new[] { "injection", "association", "existence", "contrast" })
            trained.Curve[^1].Losses[part].ShouldBeLessThan((part == "existence" ? 0.95 : 0.8) * trained.Curve[0].Losses[part], part);
        trained.Skipped.ShouldBe(0);
        told.All[^1].Step.ShouldBe(trained.Steps);
        told.All[^1].Finished.ShouldBeTrue();

        using var encoder = MemoryEncoder.From(world.Folder("falls"));
        encoder.ArtifactId.ShouldBe(trained.ArtifactId);
        using var features = encoder.Features([.. TinyWorld.Edits.Select(e => e.Prompt), .. TinyWorld.OutOfScope.Take(10).Select(p => p.Prompt)]);
        features.shape.ShouldBe([22, 32]);
        var inScope = encoder.InScope(features);
        inScope[..12].Average().ShouldBeGreaterThan(inScope[12..].Average() + 0.1f);
        trained.Curve.Last(p => p.Scores is not null).Scores!["score"].ShouldBeInRange(0, 1);
    }

    [Fact]
    public async Task Of_weights_whose_scores_cannot_be_told_apart_those_trained_longer_are_kept()
    {
        var trained = await EncoderTrainer.TrainAsync(
            TinyWorld.EncoderSettings with { ValidateEvery = 1 }, TinyWorld.EncoderData with { Validation = TinyWorld.Validation }, world.Encoder, world.Folder("kept"), cancellationToken: TestContext.Current.CancellationToken);

        var (kept, highest) = (0, double.NegativeInfinity);
        foreach (var (epoch, scores) in trained.Curve.Select(p => (p.Epoch, p.Scores!)))
        {
            if (scores["score"] > highest - scores["error"]) kept = epoch;
            highest = Math.Max(highest, scores["score"]);
        }

        var best = trained.Curve.MaxBy(p => p.Scores!["score"])!.Epoch;
        kept.ShouldNotBe(best, "else this would hold without the rule");
        System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(trained.Folder, "manifest.json"), TestContext.Current.CancellationToken)).RootElement.GetProperty("metrics").GetProperty("bestEpoch").GetInt32().ShouldBe(kept);
        new EncoderScore(0.5, double.NaN, 0.9, 0, 25).Error.ShouldBe(Math.Sqrt(0.01 + 0.0036) / 2, 1e-12);
    }

    [Theory]
    [InlineData(1, 0, 0, 0, "injection")]
    [InlineData(0, 1, 0, 0, "association")]
    [InlineData(0, 0, 1, 0, "existence")]
    [InlineData(0, 0, 0, 1, "contrast")]
    [InlineData(1, 1, 0, 0, "injection,association")]
    public async Task Each_objective_can_be_switched(double injection, double association, double existence, double contrast, string expected)
    {
        var settings = TinyWorld.EncoderSettings with { Epochs = 2, Injection = injection, Association = association, Existence = existence, Contrast = contrast };
        var trained = await Train(settings, $"switch-{expected}");
        trained.Curve[^1].Losses.Keys.Order().ShouldBe(expected.Split(',').Order());
    }

    [Theory]
    [InlineData(ElementMask.Object)]
    [InlineData(ElementMask.SubjectOrObject)]
    [InlineData(ElementMask.AnyElement)]
    public async Task Every_mask_and_the_phased_schedule_run(ElementMask mask)
    {
        var trained = await Train(TinyWorld.EncoderSettings with { Epochs = 10, Mask = mask, Schedule = TrainingSchedule.Phased, InjectionPhase = 0.3, HeadsPhase = 0.3, HardShare = 0.5 }, $"phased-{mask}");
        trained.Curve[0].Losses.Keys.ShouldBe(["injection"]);
        trained.Curve[4].Losses.Keys.Order().ShouldBe(["association", "existence"]);
        trained.Curve[^1].Losses.Count.ShouldBe(4);
    }

    [Fact]
    public async Task One_seed_makes_one_artifact_and_another_seed_another()
    {
        var settings = TinyWorld.EncoderSettings with { Epochs = 3 };
        var first = await Train(settings, "seed-a");
        var again = await Train(settings, "seed-b");
        var other = await Train(settings with { Seed = 1 }, "seed-c");
        again.ArtifactId.ShouldBe(first.ArtifactId);
        Artifact.Open(world.Folder("seed-c")).Files["model.safetensors"].ShouldNotBe(Artifact.Open(world.Folder("seed-a")).Files["model.safetensors"]);
        (await Train(settings, "seed-a")).Reused.ShouldBeTrue();
        other.Reused.ShouldBeFalse();
    }

    [Fact]
    public async Task A_step_without_a_finite_loss_is_left_out_and_counted()
    {
        // Only the longest rows reach position 15, and there the base model is broken: some steps cannot be computed, the others can.
        var broken = world.Folder("broken");
        Directory.CreateDirectory(broken);
        foreach (var file in Directory.GetFiles(world.Encoder)) File.Copy(file, Path.Combine(broken, Path.GetFileName(file)), overwrite: true);
        using (var model = Models.MaskedLanguageModel.From(world.Encoder))
        {
            using (torch.no_grad()) model.named_parameters().First(p => p.name.Contains("position", StringComparison.Ordinal)).parameter.narrow(0, 15, 1).fill_(3e38);
            model.Save(broken);
        }

        var trained = await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 20 }, TinyWorld.EncoderData, broken, world.Folder("skips"), cancellationToken: TestContext.Current.CancellationToken);
        trained.Skipped.ShouldBeInRange(1, trained.Steps - 1);
        trained.Curve.SelectMany(p => p.Losses.Values).ShouldAllBe(v => double.IsFinite(v));
    }

    [Fact]
    public async Task A_base_encoder_that_never_gives_a_finite_loss_is_named()
    {
        var dead = world.Folder("dead");
        Directory.CreateDirectory(dead);
        foreach (var file in Directory.GetFiles(world.Encoder)) File.Copy(file, Path.Combine(dead, Path.GetFileName(file)), overwrite: true);
        using (var model = Models.MaskedLanguageModel.From(world.Encoder))
        {
            using (torch.no_grad()) model.named_parameters().First(p => p.name.Contains("position", StringComparison.Ordinal)).parameter.fill_(3e38);
            model.Save(dead);
        }

        var refused = await Should.ThrowAsync<InvalidDataException>(() => EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 1 }, TinyWorld.EncoderData, dead, world.Folder("never"), cancellationToken: TestContext.Current.CancellationToken));
        refused.Message.ShouldContain("finite loss");
        Directory.Exists(world.Folder("never")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_used_is_named_in_a_sentence()
    {
        (await Should.ThrowAsync<ArgumentException>(() => Train(TinyWorld.EncoderSettings with { Batch = 0 }, "x"))).Message.ShouldContain("batch is 0");
        (await Should.ThrowAsync<ArgumentException>(() => Train(TinyWorld.EncoderSettings with { Dropout = 1 }, "x"))).Message.ShouldContain("dropout");
        (await Should.ThrowAsync<ArgumentException>(() => Train(TinyWorld.EncoderSettings with { Injection = 0, Association = 0, Existence = 0, Contrast = 0 }, "x"))).Message.ShouldContain("switched off");
        (await Should.ThrowAsync<ArgumentException>(() => Train(TinyWorld.EncoderSettings, "x", TinyWorld.EncoderData with { Edits = [] }))).Message.ShouldContain("no edits");
        (await Should.ThrowAsync<InvalidDataException>(() => Train(TinyWorld.EncoderSettings, "x", TinyWorld.EncoderData with { Edits = [TinyWorld.Edits[0] with { Object = " " }] }))).Message.ShouldContain("edit Ada: object is empty");
        await Should.ThrowAsync<DirectoryNotFoundException>(() => EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings, TinyWorld.EncoderData, world.Folder("nowhere"), world.Folder("x"), cancellationToken: TestContext.Current.CancellationToken));
        Should.Throw<FileNotFoundException>(() => MemoryEncoder.From(world.Encoder)).Message.ShouldContain("no trained memory encoder");
    }
}
