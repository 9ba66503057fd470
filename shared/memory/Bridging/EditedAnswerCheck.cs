using System.Text.Json;
using MindBridge.Memory.Batching;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// Compares a bridge with the <c>golden.json</c> in its folder: the whole edited answer, from the prompt's ids through encoder, existence head, projector and LLM. Encoder and LLM are the
/// sibling folders that bridge.json names.
/// </summary>
public static class EditedAnswerCheck
{
    private const double Tolerance = 1e-3;

    /// <summary>Whether <paramref name="folder"/> is a prototype's bridge with golden values.</summary>
    public static bool Applies(string folder) => File.Exists(Path.Combine(folder, "bridge.json")) && File.Exists(Path.Combine(folder, "golden.json"));

    /// <summary>Checks every item.</summary>
    /// <exception cref="DirectoryNotFoundException">A sibling folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static IEnumerable<GoldenResult> Run(string folder)
    {
        using var golden = GoldenCheck.Read(folder);
        var (_, layout, memory, lm) = Bridge.ReadPrototype(folder);
        var siblings = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))!;
        using var bridge = Bridge.From(folder);
        using var encoder = MemoryEncoder.From(Sibling(siblings, memory, folder));
        using var llm = Llm.From(Sibling(siblings, lm, folder));
        var index = 0;
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            foreach (var result in GoldenCheck.Item(index, () => Compare(encoder, bridge, llm, layout, item, index))) yield return result;
            index++;
        }
    }

    private static List<GoldenResult> Compare(MemoryEncoder encoder, Bridge bridge, Llm llm, SoftPromptLayout layout, JsonElement item, int index)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var prompt = item.GetProperty("prompt").GetString()!;
        int[] ids = [.. llm.Encode(prompt)];
        var results = new List<GoldenResult>
        {
            Ids("encoder_ids", encoder.Ids(prompt)),
            Ids("lm_ids", ids),
        };
        var feature = encoder.Features([prompt]);
        results.Add(First16("cls_first16", feature));
        results.Add(new GoldenResult(index, "p_in_scope", GoldenCheck.Deviation(encoder.InScope(feature)[0], item.GetProperty("p_in_scope").GetDouble()), Tolerance));
        var soft = bridge.Projector.forward(feature).view(bridge.SoftTokens, -1);
        results.Add(First16("soft_first16", soft));
        results.Add(Top("edited_top10", bridge.SoftTokens, soft));
        results.Add(Top("base_top10", 0, null));
        return results;

        GoldenResult Ids(string name, IEnumerable<int> ours) =>
            new(index, name, item.GetProperty(name).EnumerateArray().Select(i => i.GetInt32()).SequenceEqual(ours) ? 0 : double.PositiveInfinity, 0);

        GoldenResult First16(string name, Tensor ours)
        {
            var values = ours.contiguous().data<float>().ToArray();
            return new(index, name, item.GetProperty(name).EnumerateArray().Select((v, i) => GoldenCheck.Deviation(values[i], v.GetDouble())).Max(), Tolerance);
        }

        GoldenResult Top(string name, int slots, Tensor? vectors)
        {
            var hidden = new RowBatch([BridgePlan.Whole(ids, [], slots, layout, llm.Tokenizer.Bos)]).Hidden(llm.Model, vectors);
            return new(index, name, GoldenCheck.DeviationOfTop(item.GetProperty(name), llm.Model.Logits(hidden).view(-1).contiguous()), Tolerance);
        }
    }

    private static string Sibling(string parent, string name, string folder)
    {
        // A name out of a file must not lead elsewhere.
        if (name != Path.GetFileName(name)) throw new InvalidDataException($"{folder}/bridge.json: \"{name}\" is no folder name");
        var path = Path.Combine(parent, name);
        return Directory.Exists(path) ? path : throw new DirectoryNotFoundException($"{path}: the folder that {folder}/bridge.json names is missing; put it beside the bridge");
    }
}
