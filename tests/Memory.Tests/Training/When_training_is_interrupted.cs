using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Memory.Tests.Training;

public sealed class When_training_is_interrupted(TinyWorld world) : IClassFixture<TinyWorld>
{
    private static readonly EncoderTrainingSettings Encoder = TinyWorld.EncoderSettings with { Epochs = 6, ValidateEvery = 2, Schedule = TrainingSchedule.Phased };
    private static readonly EncoderTrainingData Data = TinyWorld.EncoderData with { Validation = TinyWorld.Validation };

    private sealed class Killed : Exception;

    [Fact]
    public async Task A_killed_run_goes_on_to_the_same_encoder_wherever_it_died()
    {
        var whole = await EncoderTrainer.TrainAsync(Encoder, Data, world.Encoder, world.Folder("whole"), cancellationToken: TestContext.Current.CancellationToken);
        foreach (var death in new[] { 1L, 4, 7, 11 })
        {
            var folder = world.Folder($"killed-{death}");
            var often = Encoder with { CheckpointEvery = TimeSpan.Zero };
            // An exception out of the progress callback leaves the run as a kill does: nothing more is written.
            await Should.ThrowAsync<Killed>(() => EncoderTrainer.TrainAsync(often, Data, world.Encoder, folder, new Told<TrainingProgress>(p =>
            {
                if (p.Step >= death) throw new Killed();
            }), cancellationToken: TestContext.Current.CancellationToken));
            Directory.Exists(folder).ShouldBeFalse();

            var notes = new Told<string>();
            var resumed = await EncoderTrainer.TrainAsync(often, Data, world.Encoder, folder, notes: notes, cancellationToken: TestContext.Current.CancellationToken);
            resumed.ArtifactId.ShouldBe(whole.ArtifactId, $"killed at step {death}");
            if (death > 1) notes.All.ShouldContain(n => n.Contains("going on from step"));
            File.Exists(folder + ".checkpoint").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Cancelling_writes_a_checkpoint_and_the_same_call_finishes_the_bridge()
    {
        await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 2 }, TinyWorld.EncoderData, world.Encoder, world.Folder("for-bridge"), cancellationToken: TestContext.Current.CancellationToken);
        Task<TrainedBridge> Bridge(string name, IProgress<TrainingProgress>? progress, CancellationToken token) =>
            BridgeTrainer.TrainAsync(TinyWorld.BridgeSettings, TinyWorld.BridgeData with { Validation = TinyWorld.Validation }, [world.Folder("for-bridge")], world.Gpt2, world.Folder(name), progress, cancellationToken: token);

        var whole = await Bridge("bridge-whole", null, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => Bridge("bridge-stopped", new Told<TrainingProgress>(p =>
        {
            if (p.Phase.StartsWith("bridge", StringComparison.Ordinal) && p.Step >= 1) stop.Cancel();
        }), stop.Token));
        File.Exists(world.Folder("bridge-stopped") + ".checkpoint").ShouldBeTrue();
        (await Bridge("bridge-stopped", null, TestContext.Current.CancellationToken)).ArtifactId.ShouldBe(whole.ArtifactId);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("foreign")]
    [InlineData("empty")]
    public async Task A_checkpoint_that_cannot_be_used_is_left_aside_with_a_sentence(string damage)
    {
        var settings = TinyWorld.EncoderSettings with { Epochs = 2, CheckpointEvery = TimeSpan.Zero, Seed = 5 };
        var whole = await EncoderTrainer.TrainAsync(settings, TinyWorld.EncoderData, world.Encoder, world.Folder($"good-{damage}"), cancellationToken: TestContext.Current.CancellationToken);
        var folder = world.Folder($"bad-{damage}");
        var other = damage == "foreign" ? settings with { Seed = 6 } : settings;
        await Should.ThrowAsync<Killed>(() => EncoderTrainer.TrainAsync(other, TinyWorld.EncoderData, world.Encoder, folder, new Told<TrainingProgress>(p =>
        {
            if (p.Step >= 2) throw new Killed();
        }), cancellationToken: TestContext.Current.CancellationToken));

        var path = folder + ".checkpoint";
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        if (damage == "cut") bytes = bytes[..(bytes.Length / 2)];
        if (damage == "flipped") bytes[bytes.Length / 2] ^= 1;
        if (damage == "empty") bytes = [];
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        var notes = new Told<string>();
        var trained = await EncoderTrainer.TrainAsync(settings, TinyWorld.EncoderData, world.Encoder, folder, notes: notes, cancellationToken: TestContext.Current.CancellationToken);
        notes.All.ShouldHaveSingleItem().ShouldContain("starting from the beginning");
        trained.ArtifactId.ShouldBe(whole.ArtifactId);
    }
}
