using MindBridge.Artifacts;
using MindBridge.Memory.Batching;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Serving;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Training;

public sealed class When_a_bridge_is_trained : IClassFixture<When_a_bridge_is_trained.WithEncoders>
{
    private readonly WithEncoders world;

    public When_a_bridge_is_trained(WithEncoders world) => this.world = world;

    public sealed class WithEncoders : IDisposable
    {
        public WithEncoders()
        {
            Task.WhenAll(Train("one", 0), Train("two", 1)).GetAwaiter().GetResult();

            async Task Train(string name, long seed) =>
                await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = 20, Seed = seed }, TinyWorld.EncoderData, World.Encoder, World.Folder(name));
        }

        public TinyWorld World { get; } = new();

        public string One => World.Folder("one");

        public string Two => World.Folder("two");

        public void Dispose() => World.Dispose();
    }

    private Task<TrainedBridge> Train(BridgeTrainingSettings settings, string name, bool llama = false, params string[] encoders) => BridgeTrainer.TrainAsync(
        settings, TinyWorld.BridgeData, encoders.Length == 0 ? [world.One] : encoders, llama ? world.World.Llama : world.World.Gpt2, world.World.Folder(name), cancellationToken: TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(SoftPromptLayout.BeforeBos, false)]
    [InlineData(SoftPromptLayout.AfterBos, true)]
    [InlineData(SoftPromptLayout.AfterPrompt, false)]
    [InlineData(SoftPromptLayout.AfterPrompt, true)]
    public async Task The_loss_falls_in_every_layout_and_the_encoder_keeps_its_bytes(SoftPromptLayout layout, bool llama)
    {
        var before = ContentIdentity.Of(world.One);
        var name = $"{layout}-{llama}";
        var trained = await Train(TinyWorld.BridgeSettings with { Layout = layout, Epochs = 120, LearningRate = 2e-2, Locality = 0.1 }, name, llama);
        trained.Curve[^1].Losses["memory"].ShouldBeLessThan(0.9 * trained.Curve[0].Losses["memory"]);
        trained.Curve.ShouldAllBe(p => p.Losses["locality"] >= 0);
        ContentIdentity.Of(world.One).ShouldBe(before);

        using var bridge = Bridge.From(world.World.Folder(name));
        (bridge.Layout, bridge.SoftTokens, bridge.ArtifactId).ShouldBe((layout, 2, trained.ArtifactId));
        bridge.EncoderIds.ShouldBe([before]);
        Artifact.Open(world.World.Folder(name)).Parents.ShouldContain(before);
    }

    [Fact]
    public async Task Reading_prompts_again_or_keeping_them_gives_the_same_losses()
    {
        var kept = await Train(TinyWorld.BridgeSettings, "kept");
        var again = await Train(TinyWorld.BridgeSettings with { CacheMegabytes = 0 }, "again");
        again.Curve[^1].Losses["memory"].ShouldBe(kept.Curve[^1].Losses["memory"], 1e-3);
        again.Curve[^1].Losses["locality"].ShouldBe(kept.Curve[^1].Losses["locality"], 1e-3);
    }

    [Fact]
    public async Task Several_encoders_make_one_longer_soft_prompt()
    {
        var trained = await Train(TinyWorld.BridgeSettings with { Epochs = 2 }, "multi", false, world.One, world.Two);
        using var bridge = Bridge.From(world.World.Folder("multi"));
        bridge.Projectors.Count.ShouldBe(2);
        bridge.EncoderIds.ShouldBe([ContentIdentity.Of(world.One), ContentIdentity.Of(world.Two)]);
        trained.Curve[^1].Losses["memory"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task One_seed_makes_one_bridge_and_another_seed_another()
    {
        var settings = TinyWorld.BridgeSettings with { Epochs = 2, FeatureNoise = 0.1, SoftNorm = 1 };
        var first = await Train(settings, "seed-a");
        (await Train(settings, "seed-b")).ArtifactId.ShouldBe(first.ArtifactId);
        (await Train(settings with { Seed = 7 }, "seed-c")).ArtifactId.ShouldNotBe(first.ArtifactId);
    }

    [Theory]
    [InlineData(SoftPromptLayout.BeforeBos)]
    [InlineData(SoftPromptLayout.AfterPrompt)]
    public void Changing_the_target_changes_nothing_the_encoder_reads_and_no_logit_before_the_target(SoftPromptLayout layout)
    {
        using var frozen = no_grad();
        using var encoder = MemoryEncoder.From(world.One);
        using var llm = Llm.From(world.World.Gpt2);
        var texts = new[] { "Rome", "Oslo", "Kathmandu" }.Select(target => new BridgeTexts(
            TinyWorld.BridgeData with { Edits = [.. TinyWorld.Edits.Select(e => e with { Object = target })] }, TinyWorld.BridgeSettings, [encoder], llm, TestContext.Current.CancellationToken)).ToArray();
        foreach (var other in texts.Skip(1))
        {
            other.Prompts.ShouldBe(texts[0].Prompts);
            other.Prompts.Select(encoder.Ids).SelectMany(i => i).ShouldBe(texts[0].Prompts.Select(encoder.Ids).SelectMany(i => i));
        }

        using var scope = NewDisposeScope();
        using var projector = new Projector(encoder.Width, 2, llm.Model.Width);
        var soft = projector.forward(encoder.Features([texts[0].Prompts[0]])).view(2, -1);
        var logits = texts.Select(t =>
        {
            var row = BridgePlan.Whole(t.Ids[0], t.Target(0), 2, layout, llm.Tokenizer.Bos);
            return llm.Model.Logits(new RowBatch([row with { At = [.. Enumerable.Range(0, t.Ids[0].Length + 2)] }]).Hidden(llm.Model, soft)).data<float>().ToArray();
        }).ToArray();
        logits[0].SequenceEqual(logits[1]).ShouldBeTrue();
        // A longer target makes larger matrices, whose sums run in another order.
        logits[0].Zip(logits[2]).Max(p => Math.Abs(p.First - p.Second)).ShouldBeLessThan(1e-4f);
    }

    [Fact]
    public void A_target_closes_its_sentence_and_goes_on_as_the_unedited_llm_would()
    {
        using var frozen = no_grad();
        using var encoder = MemoryEncoder.From(world.One);
        using var llm = Llm.From(world.World.Gpt2);
        BridgeTexts Of(bool stop) => new(TinyWorld.BridgeData, TinyWorld.BridgeSettings with { Stop = stop, Variants = 2 }, [encoder], llm, TestContext.Current.CancellationToken);
        var (open, closed) = (Of(stop: false), Of(stop: true));
        for (var edit = 0; edit < closed.Edits; edit++)
        {
            var sentence = (int[])[.. closed.Ids[edit], .. llm.EncodeAnswer(closed.Prompts[edit], TinyWorld.Edits[edit].Object + ".")];
            using var scope = NewDisposeScope();
            var next = llm.Model.Logits(llm.Model.Hidden(llm.Model.Embed(tensor(sentence.Select(i => (long)i).ToArray()).view(1, -1))))[0, -1].argmax().item<long>();
            closed.Target(closed.Edit(0, edit)).ShouldBe([.. sentence.Skip(closed.Ids[edit].Length), (int)next]);
            closed.Target(closed.Edit(1, edit))[^1].ShouldBe((int)next);
            (open.Closing(edit), closed.Closing(edit)).ShouldBe((0, 2));
        }
    }

    [Fact]
    public async Task What_cannot_be_used_is_named_in_a_sentence()
    {
        (await Should.ThrowAsync<ArgumentException>(() => Train(TinyWorld.BridgeSettings with { SoftTokens = 0 }, "x"))).Message.ShouldContain("soft tokens is 0");
        (await Should.ThrowAsync<ArgumentException>(() => BridgeTrainer.TrainAsync(TinyWorld.BridgeSettings, TinyWorld.BridgeData, [], world.World.Gpt2, world.World.Folder("x"), cancellationToken: TestContext.Current.CancellationToken))).Message.ShouldContain("no encoder");
        await Should.ThrowAsync<DirectoryNotFoundException>(() => BridgeTrainer.TrainAsync(TinyWorld.BridgeSettings, TinyWorld.BridgeData, [world.One], world.World.Folder("no-llm"), world.World.Folder("x"), cancellationToken: TestContext.Current.CancellationToken));
        var endless = TinyWorld.Edits[0] with { Prompt = string.Join(' ', Enumerable.Repeat("Ada lives in", 50)) };
        (await Should.ThrowAsync<ArgumentException>(() => BridgeTrainer.TrainAsync(TinyWorld.BridgeSettings, TinyWorld.BridgeData with { Edits = [endless] }, [world.One], world.World.Gpt2, world.World.Folder("x"), cancellationToken: TestContext.Current.CancellationToken))).Message.ShouldContain("edit Ada");
        Should.Throw<InvalidDataException>(() => Bridge.From(world.World.Gpt2)).Message.ShouldContain("no bridge");
    }
}
