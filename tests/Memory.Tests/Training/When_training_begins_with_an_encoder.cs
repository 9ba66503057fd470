using MindBridge.Artifacts;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Memory.Tests.Training;

public sealed class When_training_begins_with_an_encoder(TinyWorld world) : IClassFixture<TinyWorld>
{
    private Task<TrainedEncoder> Train(EncoderTrainingSettings settings, string name, string? start = null) => EncoderTrainer.TrainAsync(
        settings, TinyWorld.EncoderData with { StartFolder = start is null ? null : world.Folder(start) }, world.Encoder, world.Folder(name), cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task Should_know_already_what_that_encoder_had_learnt()
    {
        var cold = await Train(TinyWorld.EncoderSettings with { Epochs = 60 }, "cold");
        var warm = await Train(TinyWorld.EncoderSettings with { Epochs = 3 }, "warm", "cold");

        warm.Curve[0].Losses["association"].ShouldBeLessThan(0.8 * cold.Curve[0].Losses["association"]);
        warm.Curve[0].Losses["injection"].ShouldBeLessThan(0.8 * cold.Curve[0].Losses["injection"]);
        Artifact.Open(world.Folder("warm")).Parents.ShouldContain(cold.ArtifactId);
        Artifact.Open(world.Folder("cold")).Inputs.ContainsKey("start").ShouldBeFalse("ids from before there were warm starts must stay");
    }

    [Fact]
    public async Task Should_refuse_an_encoder_of_another_base_model()
    {
        using var other = new TinyWorld();
        var changed = Path.Combine(other.Encoder, "vocab.txt");
        await File.AppendAllTextAsync(changed, "more\n", TestContext.Current.CancellationToken);
        await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 1 }, TinyWorld.EncoderData, other.Encoder, world.Folder("foreign"), cancellationToken: TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<InvalidDataException>(() => Train(TinyWorld.EncoderSettings, "refused", "foreign"))).Message.ShouldContain("trained from the base model");
    }

    [Fact]
    public async Task Should_leave_equal_bytes_once_the_timings_are_forgotten()
    {
        var settings = TinyWorld.EncoderSettings with { Epochs = 2 };
        await Train(settings, "bytes-a");
        await Train(settings, "bytes-b");
        foreach (var name in (string[])["bytes-a", "bytes-b"]) Artifact.ForgetTimings(world.Folder(name));

        Artifact.Open(world.Folder("bytes-a"), "encoder").Metrics.ContainsKey("curve").ShouldBeTrue();
        (await File.ReadAllTextAsync(Path.Combine(world.Folder("bytes-a"), Artifact.ManifestName), TestContext.Current.CancellationToken))
            .ShouldBe(await File.ReadAllTextAsync(Path.Combine(world.Folder("bytes-b"), Artifact.ManifestName), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Should_tell_the_edits_it_cannot_hold_from_the_others()
    {
        var endless = TinyWorld.Edits[0] with { Id = "endless", Prompt = string.Join(' ', Enumerable.Repeat("Ada lives in", 50)), Wordings = [] };

        UnusableEdits.Find([TinyWorld.Edits[0], endless, TinyWorld.Edits[1]], world.Encoder).ShouldHaveSingleItem().Edit.Id.ShouldBe("endless");

        var fitting = FittingTexts.Of(TinyWorld.BridgeData with { Edits = [TinyWorld.Edits[0] with { Wordings = [endless.Prompt] }, endless], OutOfScope = [new OutOfScopePrompt { Prompt = endless.Prompt }] }, TinyWorld.BridgeSettings, world.Gpt2);
        fitting.Edits.ShouldHaveSingleItem().Wordings.ShouldBeEmpty();
        fitting.OutOfScope.ShouldBeEmpty();
        Should.Throw<InvalidDataException>(() => FittingTexts.Of(TinyWorld.BridgeData with { Edits = [endless] }, TinyWorld.BridgeSettings, world.Gpt2)).Message.ShouldContain("none of the 1 edits fits");
    }
}
