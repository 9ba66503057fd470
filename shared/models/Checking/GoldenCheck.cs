using System.Runtime.InteropServices;
using System.Text.Json;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>One compared list of values.</summary>
/// <param name="Item">Which item of golden.json, from 0.</param>
/// <param name="What">"ids", "last_top10", "cls_first16", "mask_top10", …</param>
/// <param name="Error">The largest deviation, relative to the golden value (to 0.1 where that is smaller: goldens have five decimals); infinite where ids differ.</param>
/// <param name="Tolerance">The largest deviation allowed.</param>
public sealed record GoldenResult(int Item, string What, double Error, double Tolerance)
{
    /// <summary>Whether the values agree.</summary>
    public bool Passed => Error <= Tolerance;
}

/// <summary>Compares a model folder with the <c>golden.json</c> in it: token ids, logits, features.</summary>
public static class GoldenCheck
{
    private const double Tolerance = 1e-4;

    /// <summary>Checks every item of <paramref name="folder"/>/golden.json.</summary>
    /// <exception cref="FileNotFoundException">The folder has no golden.json.</exception>
    /// <exception cref="InvalidDataException">The file is malformed, or the model cannot be loaded.</exception>
    public static IEnumerable<GoldenResult> Run(string folder)
    {
        using var golden = Read(folder);
        var tokenizer = TextTokenizer.From(folder);
        using var model = Checkpoint.Load(folder);
        var index = 0;
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            foreach (var result in Item(index, () => Compare(model, tokenizer, item, index))) yield return result;
            index++;
        }
    }

    /// <summary>Reads golden.json; its root has an "items" array.</summary>
    public static JsonDocument Read(string folder)
    {
        var path = Path.Combine(folder, "golden.json");
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder");
        if (!File.Exists(path)) throw new FileNotFoundException($"{folder}: no golden.json here, so there is nothing to check the model against", path);
        try
        {
            var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array && items.GetArrayLength() > 0) return json;
            json.Dispose();
            throw new InvalidDataException("golden.json: there is no \"items\" array, or it is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"golden.json: not readable JSON ({e.Message})", e);
        }
    }

    /// <summary>Compares one item.</summary>
    /// <exception cref="InvalidDataException">A value is missing or of another type.</exception>
    public static IReadOnlyList<GoldenResult> Item(int index, Func<IReadOnlyList<GoldenResult>> compare)
    {
        try
        {
            return compare();
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"golden.json: item {index} is not as the prototype writes it ({e.Message}); write it again", e);
        }
    }

    /// <summary>The deviation of <paramref name="ours"/> from <paramref name="golden"/>; see <see cref="GoldenResult.Error"/>.</summary>
    public static double Deviation(double ours, double golden) => Math.Abs(ours - golden) / Math.Max(Math.Abs(golden), 0.1);

    /// <summary>
    /// Compares a list of [id, value] pairs, largest first, with logits [vocabulary]: each id's value, and place by place the largest values
    /// (ids whose values are equal within the tolerance may change places).
    /// </summary>
    public static double DeviationOfTop(JsonElement golden, Tensor logits)
    {
        var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
        var top = TopLogits.Of(logits, golden.GetArrayLength());
        double worst = 0;
        var place = 0;
        foreach (var pair in golden.EnumerateArray())
        {
            var (id, value) = (pair[0].GetInt32(), pair[1].GetDouble());
            if (id < 0 || id >= values.Length) return double.PositiveInfinity;
            worst = Math.Max(worst, Math.Max(Deviation(values[id], value), Deviation(top[place++].Value, value)));
        }
        return worst;
    }

    private static List<GoldenResult> Compare(Transformer model, TextTokenizer tokenizer, JsonElement item, int index)
    {
        var results = new List<GoldenResult>();
        int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
        var ours = tokenizer.Encode(item.GetProperty("text").GetString()!);
        results.Add(new GoldenResult(index, "ids", ids.SequenceEqual(ours) ? 0 : double.PositiveInfinity, 0));
        if (item.TryGetProperty("decoded", out var decoded))
            results.Add(new GoldenResult(index, "decoded", string.Equals(tokenizer.Decode(ids), decoded.GetString(), StringComparison.Ordinal) ? 0 : double.PositiveInfinity, 0));

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (item.TryGetProperty("last_top10", out var last))
            results.Add(new GoldenResult(index, "last_top10", DeviationOfTop(last, Logits(model, ids, ids.Length - 1)), Tolerance));
        if (item.TryGetProperty("cls_first16", out var first))
        {
            var feature = Hidden(model, ids, 0);
            results.Add(new GoldenResult(index, "cls_first16", first.EnumerateArray().Select((v, i) => Deviation(feature[0, i].ToSingle(), v.GetDouble())).Max(), Tolerance));
        }
        if (item.TryGetProperty("mask_top10", out var masked))
        {
            var position = item.GetProperty("mask_position").GetInt32();
            ids[position] = tokenizer.Mask ?? throw new InvalidDataException("the tokenizer has no mask token, but golden.json masks one");
            results.Add(new GoldenResult(index, "mask_top10", DeviationOfTop(masked, Logits(model, ids, position)), Tolerance));
        }
        return results;
    }

    // [1, width] at one position of one text.
    internal static Tensor Hidden(Transformer model, IReadOnlyList<int> ids, int position)
    {
        var embedded = model.Embed(tensor(ids.Select(i => (long)i).ToArray(), device: model.Device).unsqueeze(0));
        return model.Hidden(embedded, at: tensor(new[] { (long)position }, device: model.Device));
    }

    // [vocabulary] on the CPU.
    internal static Tensor Logits(Transformer model, IReadOnlyList<int> ids, int position) =>
        model.Logits(Hidden(model, ids, position)).view(-1).cpu();
}
