using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

/// <summary>Golden/derive.py computes these logits from the papers' formulas, in float64, one head at a time, sharing no code with ours.</summary>
public sealed class When_an_architecture_is_compared_with_its_publication
{
    private static readonly JsonArray s_cases = (JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "architectures.json")))!;

    public static TheoryData<string> Names => [.. s_cases.Select(c => c!["name"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_logits_are_those_of_the_formulas(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        var golden = s_cases.Single(c => c!["name"]!.GetValue<string>() == name)!;
        Write(folder, golden);
        using var model = Checkpoint.Load(folder.Path);
        var ids = tensor(golden["ids"]!.AsArray().Select(i => i!.GetValue<long>()).ToArray()).unsqueeze(0);

        var logits = model.Logits(model.Hidden(model.Embed(ids)))[0];

        foreach (var (position, expected) in golden["positions"]!.AsArray().Zip(golden["logits"]!.AsArray()))
        {
            var values = tensor(expected!.AsArray().Select(v => (float)v!.GetValue<double>()).ToArray());
            SmallModels.Distance(logits[position!.GetValue<int>()], values).ShouldBeLessThan(2e-5);
        }
    }

    [Fact]
    public void Neighbours_turn_together_in_gptj()
    {
        // (1 + 2i) e^{3i} and (3 + 4i) e^{0.03i}; the rest stays.
        using var scope = NewDisposeScope();
        Turned(new Rotary(RotaryFrequencies.Of(4, 10000, null), 8, Pairing.Neighbours))
            .ShouldBe([-1.272233f, -1.838865f, 2.878668f, 4.088187f, 5, 6, 7, 8], 1e-5f);
    }

    [Fact]
    public void Halves_turn_together_in_llama()
    {
        using var scope = NewDisposeScope();
        Turned(new Rotary(RotaryFrequencies.Of(8, 10000, null), 8, Pairing.Halves))
            .ShouldBe([-1.695593f, 0.137552f, 2.788682f, 3.975982f, -4.808842f, 6.323059f, 7.086837f, 8.011964f], 1e-5f);
    }

    [Fact]
    public void Llama_3_1_stretches_slow_frequencies_only()
    {
        var frequencies = RotaryFrequencies.Of(128, 500000, new RotaryScaling("llama3", 8, 1, 4, 8192));
        foreach (var (index, expected) in new[]
        {
            (0, 1.0), (10, 0.12868737343265052), (28, 0.003211445994752591), (29, 0.002166570763503359), (30, 0.0013718935677611381),
            (31, 0.0008567514129196321), (32, 0.0005248461609929547), (33, 0.00031269375038406517), (34, 0.0001785078127679964),
            (35, 9.556212353964683e-05), (36, 7.78465527393245e-05), (40, 3.428102195952591e-05), (63, 3.068925988914511e-07),
        })
            frequencies[index].ShouldBe(expected, expected * 1e-9);
    }

    private static float[] Turned(Rotary rotary)
    {
        // The fourth of four tokens stands at position 3.
        using var model = SmallModels.Create("llama");
        var batch = Batch.Of(model, zeros([1, 4, model.Width]), null, null, null);
        var x = tensor(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }).view(1, 1, 8).expand([4, 1, 8]).contiguous();
        return rotary.Turn(x, batch)[3, 0].data<float>().ToArray();
    }

    // The weights follow derive.py's formula.
    private static void Write(TemporaryFolder folder, JsonNode golden)
    {
        File.WriteAllText(folder["config.json"], golden["config"]!.ToJsonString());
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in golden["shapes"]!.AsObject())
        {
            long[] extents = [.. shape!.AsArray().Select(e => e!.GetValue<long>())];
            var phase = name.Sum(c => c) % 97;
            var norm = new[] { "norm.weight", "Norm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight" }.Any(n => name.Contains(n, StringComparison.Ordinal));
            var values = new float[extents.Aggregate(1L, (a, b) => a * b)];
            for (var j = 0; j < values.Length; j++) values[j] = (float)(Math.Sin(1.7 * j + phase) * 0.3 + (norm ? 1 : 0));
            tensors[name] = tensor(values).view(extents);
        }
        Safetensors.Write(folder["model.safetensors"], tensors);
    }
}
