using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_weights_are_damaged
{
    public static TheoryData<string, string> Headers => new()
    {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "needs 8 bytes but has 4" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,16]}}", "needs 8 bytes but has 16" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "lies at bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}", "lies at bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "data_offsets" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", "lies at bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}", "data_offsets" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", "shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,16]}}", "impossible shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":\"2\",\"data_offsets\":[0,8]}}", "no shape" },
        { "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", "unknown dtype \"F33\"" },
        { "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", "no dtype" },
        { "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "no dtype" },
        { "{\"a\":[1,2]}", "not described by an object" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]}}", "overlaps" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}", "gap" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "8 bytes follow" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}", "twice" },
        { "{\"__metadata__\":7}", "__metadata__" },
        { "{\"__metadata__\":{\"x\":7}}", "__metadata__" },
        { "[]", "not a JSON object" },
        { "{\"a\":", "not readable JSON" },
        { "", "not readable JSON" },
        { new string('[', 100_000), "not readable JSON" },
        { "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "UTF-8" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_hostile_header_is_refused_with_a_sentence(string header, string says)
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(folder["x.safetensors"], bytes);
        var error = Should.Throw<InvalidDataException>(() => Safetensors.Open(folder["x.safetensors"]));
        error.Message.ShouldStartWith("x.safetensors: ");
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFul)]
    [InlineData(0x8000_0000_0000_0000ul)]
    [InlineData(90_000_000ul)]
    [InlineData(25ul)]
    public void A_header_longer_than_the_file_allocates_nothing(ulong length)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder["x"], bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidDataException>(() => Safetensors.Open(folder["x"])).Message.ShouldContain("truncated");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void Any_cut_and_any_flipped_byte_of_the_header_is_refused_or_harmless()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["good"], new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["weight"] = ones([3, 4]), ["bias"] = ones([4]) });
        var good = File.ReadAllBytes(folder["good"]);
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(folder["cut"], good[..length]);
            Should.Throw<InvalidDataException>(() => Safetensors.Open(folder["cut"]));
        }
        var random = new Random(5);
        for (var round = 0; round < 600; round++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length - 64)] = (byte)random.Next(256);
            File.WriteAllBytes(folder["bad"], bad);
            try
            {
                using var file = Safetensors.Open(folder["bad"]);
                foreach (var name in file.Names) file.Read(name).Dispose();
            }
            catch (InvalidDataException)
            {
                // The only way to fail.
            }
        }
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        Change("bert", tensors => tensors.Remove("bert.encoder.layer.0.attention.self.key.weight"))
            .ShouldContain("model.safetensors: tensor \"bert.encoder.layer.0.attention.self.key.weight\" is missing");
        Change("llama", tensors => tensors.Remove("lm_head.weight")).ShouldContain("\"lm_head.weight\" is missing");
    }

    [Fact]
    public void A_tensor_of_another_shape_is_named()
    {
        Change("gpt2", tensors => tensors["transformer.h.1.mlp.c_fc.weight"] = ones([96, 24]))
            .ShouldContain("tensor \"transformer.h.1.mlp.c_fc.weight\" has shape [96, 24], but config.json asks for [24, 96]");
    }

    [Fact]
    public void A_tensor_that_does_not_belong_is_named()
    {
        Change("llama", tensors => tensors["model.layers.2.mlp.up_proj.weight"] = ones([40, 24])).ShouldContain("\"model.layers.2.mlp.up_proj.weight\"");
    }

    [Fact]
    public void A_weight_that_holds_integers_is_named()
    {
        Change("gptj", tensors => tensors["lm_head.bias"] = ones([40], dtype: ScalarType.Int64)).ShouldContain("\"lm_head.bias\" holds Int64");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Values_that_are_no_numbers_are_refused_by_name(double value)
    {
        Change("distilbert", tensors => tensors["distilbert.transformer.layer.1.ffn.lin2.weight"][3, 5].fill_(value))
            .ShouldContain("tensor \"distilbert.transformer.layer.1.ffn.lin2.weight\" holds NaN or infinite values");
    }

    [Fact]
    public void Huge_but_finite_values_are_accepted()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create("gpt2");
        using (no_grad()) model.parameters().First().fill_(3e38);
        model.Save(folder.Path);
        Checkpoint.Load(folder.Path).Dispose();
    }

    [Fact]
    public void A_pickle_is_never_opened()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], SmallModels.Configuration("bert").Json.ToJsonString());
        File.WriteAllBytes(folder["pytorch_model.bin"], [0x80, 2]);
        var message = Should.Throw<InvalidDataException>(() => Checkpoint.Load(folder.Path)).Message;
        message.ShouldContain("pickle");
        message.ShouldContain("model.safetensors");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    public void A_shard_outside_the_folder_is_refused(string shard)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], SmallModels.Configuration("bert").Json.ToJsonString());
        File.WriteAllText(folder["model.safetensors.index.json"], $$"""{"weight_map":{"a":"{{shard}}"} }""");
        Should.Throw<InvalidDataException>(() => Checkpoint.Load(folder.Path)).Message.ShouldContain("no file name");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"weight_map\":[]}")]
    [InlineData("{\"weight_map\":{\"a\":1}}")]
    [InlineData("{\"weight_map\":")]
    public void A_malformed_index_is_refused(string index)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], SmallModels.Configuration("bert").Json.ToJsonString());
        File.WriteAllText(folder["model.safetensors.index.json"], index);
        Should.Throw<InvalidDataException>(() => Checkpoint.Load(folder.Path)).Message.ShouldContain("index.json");
    }

    [Fact]
    public void Missing_files_and_folders_are_named()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<DirectoryNotFoundException>(() => Checkpoint.Load(folder["nothing"])).Message.ShouldContain("nothing");
        Should.Throw<FileNotFoundException>(() => Checkpoint.Load(folder.Path)).Message.ShouldContain("config.json");
        File.WriteAllText(folder["config.json"], SmallModels.Configuration("bert").Json.ToJsonString());
        Should.Throw<FileNotFoundException>(() => Checkpoint.Load(folder.Path)).Message.ShouldContain("model.safetensors");
        Should.Throw<FileNotFoundException>(() => Safetensors.Open(folder["x"]));
    }

    [Fact]
    public void An_llm_is_not_taken_for_an_encoder()
    {
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create("gpt2");
        model.Save(folder.Path);
        Should.Throw<InvalidDataException>(() => MaskedLanguageModel.From(folder.Path)).Message.ShouldContain("gpt2");
        CausalLanguageModel.From(folder.Path).Dispose();
    }

    private static string Change(string name, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var model = SmallModels.Create(name);
        model.Save(folder.Path);
        var tensors = model.Published().ToDictionary(t => t.Key, t => t.Value.clone(), StringComparer.Ordinal);
        change(tensors);
        Safetensors.Write(folder["model.safetensors"], tensors);
        return Should.Throw<InvalidDataException>(() => Checkpoint.Load(folder.Path)).Message;
    }
}
