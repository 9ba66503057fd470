using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_a_llama2c_checkpoint_is_opened
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_weights_turn_neighbours_as_llama2c_does(bool tied)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var source = CausalLanguageModel.Create(
            ModelConfiguration.Llama(40, 24, 2, 6, 3, 40, 48, 1, 2, tied) with { InitializerRange = 0.3 }, 5);
        Write(folder["stories.bin"], source, tied);
        using var model = CausalLanguageModel.From(folder.Path);
        var embeddings = model.Embed(SmallModels.Ids(2, 9));
        // Written with rows in llama2.c's order, read back into ours: the same model.
        SmallModels.Distance(model.Logits(model.Hidden(embeddings)), source.Logits(source.Hidden(embeddings))).ShouldBeLessThan(1e-6);
        model.EndTokens.ShouldContain(1);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(28)]
    [InlineData(2000)]
    public void A_truncated_file_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        using var source = CausalLanguageModel.Create(ModelConfiguration.Llama(40, 24, 2, 6, 3, 40, 48, 1, 2), 5);
        Write(folder["stories.bin"], source, false);
        File.WriteAllBytes(folder["stories.bin"], File.ReadAllBytes(folder["stories.bin"])[..length]);
        Should.Throw<InvalidDataException>(() => CausalLanguageModel.From(folder.Path)).Message.ShouldStartWith("stories.bin: ");
    }

    [Fact]
    public void Any_other_file_is_refused_without_taking_memory_for_it()
    {
        using var folder = new TemporaryFolder();
        foreach (var header in new int[][] { [0, 0, 0, 0, 0, 0, 0], [int.MaxValue, 1, 1, 1, 1, 1, 1], [64, 172, 5, 8, 4, int.MinValue, 512], [65536, 1 << 20, 1024, 2, 2, 1 << 24, 1 << 20], [24, 40, 2, 5, 5, 40, 48] })
        {
            File.WriteAllBytes(folder["x.bin"], [.. MemoryMarshal.AsBytes(header.AsSpan()), .. new byte[64]]);
            Should.Throw<InvalidDataException>(() => CausalLanguageModel.From(folder.Path)).Message.ShouldStartWith("x.bin: ");
        }
        File.WriteAllText(folder["y.bin"], "");
        Should.Throw<InvalidDataException>(() => CausalLanguageModel.From(folder.Path)).Message.ShouldContain("several");
    }

    private static void Write(string path, CausalLanguageModel model, bool tied)
    {
        var c = model.Configuration;
        var weights = model.Published();
        using var file = File.Create(path);
        int[] header = [c.Width, c.Inner, c.Layers, c.Heads, c.KeyHeads, tied ? c.VocabularySize : -c.VocabularySize, c.MaxPositions];
        file.Write(MemoryMarshal.AsBytes(header.AsSpan()));
        void One(string name, int turning = 0)
        {
            var weight = weights[name].clone();
            if (turning > 0) weight = weight.view(turning, 2, c.HeadWidth / 2, -1).transpose(1, 2).reshape(weight.shape);
            file.Write(weight.contiguous().bytes);
        }
        void Each(string kind, int turning = 0)
        {
            for (var i = 0; i < c.Layers; i++) One($"model.layers.{i}.{kind}.weight", turning);
        }
        One("model.embed_tokens.weight");
        Each("input_layernorm");
        Each("self_attn.q_proj", c.Heads);
        Each("self_attn.k_proj", c.KeyHeads);
        Each("self_attn.v_proj");
        Each("self_attn.o_proj");
        Each("post_attention_layernorm");
        Each("mlp.gate_proj");
        Each("mlp.down_proj");
        Each("mlp.up_proj");
        One("model.norm.weight");
        file.Write(new byte[4 * c.MaxPositions * c.HeadWidth]);
        if (!tied) One("lm_head.weight");
    }
}
