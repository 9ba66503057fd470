using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

/// <summary>What python3-torch computed (golden/make_golden.py), as tensors.</summary>
internal static class Golden
{
    private static readonly JsonElement Root = Read();

    private static JsonElement Read()
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream("golden.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }

    public static JsonElement Section(string name) => Root.GetProperty(name);

    public static IEnumerable<string> Names(string section) => Section(section).EnumerateObject().Select(static entry => entry.Name);

    public static Tensor Of(string section, string name)
    {
        var entry = Section(section).GetProperty(name);
        var shape = entry.GetProperty("shape").EnumerateArray().Select(static s => s.GetInt64()).ToArray();
        var values = entry.GetProperty("values").EnumerateArray();
        return entry.GetProperty("kind").GetString() switch
        {
            "bool" => torch.tensor(values.Select(static v => v.GetBoolean()).ToArray(), shape),
            "long" => torch.tensor(values.Select(static v => v.GetInt64()).ToArray(), shape),
            _ => torch.tensor(values.Select(static v => v.GetSingle()).ToArray(), shape),
        };
    }

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static v => v.GetDouble())];

    public static void ShouldEqual(this Tensor actual, Tensor expected, string what, double tolerance = 1e-5)
    {
        actual.shape.ShouldBe(expected.shape, what);
        if (expected.dtype == ScalarType.Float32) actual.dtype.ShouldBe(ScalarType.Float32, what);
        using var left = actual.to(ScalarType.Float64);
        using var right = expected.to(ScalarType.Float64);
        left.allclose(right, tolerance, tolerance, equal_nan: true).ShouldBeTrue($"{what}: {actual.str()} instead of {expected.str()}");
    }
}
