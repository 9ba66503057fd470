using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_a_model_is_saved
{
    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void It_comes_back_bit_for_bit_under_the_published_names(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create(name);
        model.Save(folder.Path);
        using var loaded = Checkpoint.Load(folder.Path);
        foreach (var (mine, theirs) in model.parameters().Zip(loaded.parameters())) mine.Equals(theirs).ShouldBeTrue();

        using var second = new TemporaryFolder();
        loaded.Save(second.Path);
        File.ReadAllBytes(second["model.safetensors"]).ShouldBe(File.ReadAllBytes(folder["model.safetensors"]));
        using var file = Safetensors.Open(folder["model.safetensors"]);
        file.Names.ShouldContain(name switch
        {
            "bert" => "bert.encoder.layer.1.attention.self.key.weight",
            "distilbert" => "distilbert.transformer.layer.1.attention.k_lin.weight",
            "gpt2" => "transformer.h.1.attn.c_attn.weight",
            "gptj" => "transformer.h.1.attn.k_proj.weight",
            _ => "model.layers.1.self_attn.k_proj.weight",
        });
        if (name == "gpt2") file.Shape("transformer.h.1.attn.c_attn.weight").ShouldBe([24, 72]);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, "BF16", 0.01)]
    [InlineData(ScalarType.Float16, "F16", 0.001)]
    public void Narrow_types_are_read_back_as_float32(ScalarType type, string label, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create("qwen2");
        model.Save(folder.Path, type);
        System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(folder["model.safetensors"])).ShouldContain($"\"dtype\":\"{label}\"");
        using var loaded = Checkpoint.Load(folder.Path);
        foreach (var (mine, theirs) in model.parameters().Zip(loaded.parameters()))
        {
            theirs.dtype.ShouldBe(ScalarType.Float32);
            SmallModels.Distance(mine, theirs).ShouldBeLessThan(tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void Shards_prefixes_and_harmless_extras_make_no_difference(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create(name);
        model.Save(folder.Path);
        var tensors = model.Published().ToDictionary(t => Unprefixed(t.Key), t => t.Value, StringComparer.Ordinal);
        tensors["h.0.attn.bias"] = ones([1, 1, 4, 4], dtype: ScalarType.Byte);
        tensors["layers.0.self_attn.rotary_emb.inv_freq"] = ones([4]);
        tensors["embeddings.position_ids"] = arange(4, dtype: ScalarType.Int64).unsqueeze(0);
        tensors["pooler.dense.weight"] = ones([24, 24]);
        File.Delete(folder["model.safetensors"]);
        var map = new JsonObject();
        foreach (var (shard, number) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal).Chunk(7).Select((c, i) => (c, i)))
        {
            Safetensors.Write(folder[$"part{number}.safetensors"], shard.ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal));
            foreach (var (tensor, _) in shard) map[tensor] = $"part{number}.safetensors";
        }
        File.WriteAllText(folder["model.safetensors.index.json"], new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());

        using var loaded = Checkpoint.Load(folder.Path);
        foreach (var (mine, theirs) in model.parameters().Zip(loaded.parameters())) mine.Equals(theirs).ShouldBeTrue();

        File.Delete(folder["part1.safetensors"]);
        Should.Throw<FileNotFoundException>(() => Checkpoint.Load(folder.Path)).Message.ShouldContain("part1.safetensors");
    }

    [Fact]
    public void The_same_seed_makes_the_same_model_and_another_seed_another()
    {
        using var scope = NewDisposeScope();
        using var one = SmallModels.Create("llama", 3);
        using var same = SmallModels.Create("llama", 3);
        using var other = SmallModels.Create("llama", 4);
        one.parameters().First().Equals(same.parameters().First()).ShouldBeTrue();
        one.parameters().First().Equals(other.parameters().First()).ShouldBeFalse();
        one.parameters().First().std().ToDouble().ShouldBe(0.3, 0.03);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.safetensors"], "old");
        var disposed = ones([3]);
        disposed.Dispose();
        Should.Throw<Exception>(() => Safetensors.Write(folder["x.safetensors"], new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["a"] = ones([2]), ["b"] = disposed }));
        File.ReadAllText(folder["x.safetensors"]).ShouldBe("old");
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void Metadata_and_all_types_survive()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["f64"] = rand([2, 3], dtype: ScalarType.Float64), ["i64"] = arange(5, dtype: ScalarType.Int64), ["bool"] = tensor(new[] { true, false }), ["scalar"] = tensor(2.5f),
            ["bf16"] = rand([3], dtype: ScalarType.Float32).to(ScalarType.BFloat16), ["empty"] = zeros([0, 4]), ["i8"] = tensor(new sbyte[] { -1, 2 }),
        };
        Safetensors.Write(folder["x"], tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "täst \"x\"" });
        using var file = Safetensors.Open(folder["x"]);
        file.Metadata["kind"].ShouldBe("täst \"x\"");
        foreach (var (name, value) in tensors)
        {
            var read = file.Read(name);
            (read.dtype, string.Join(',', read.shape)).ShouldBe((value.dtype, string.Join(',', value.shape)));
            read.Equals(value).ShouldBeTrue(name);
        }
    }

    private static string Unprefixed(string name) =>
        new[] { "bert.", "distilbert.", "transformer.", "model." }.FirstOrDefault(p => name.StartsWith(p, StringComparison.Ordinal)) is { } prefix ? name[prefix.Length..] : name;
}
