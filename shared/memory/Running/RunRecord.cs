using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Artifacts;

namespace MindBridge.Memory.Running;

/// <summary>The figures of a run, as <c>--json</c> writes them. Seconds are processor time of all cores: the cost, whatever else the machine did.</summary>
public sealed record RunRecord(string EncoderId, double EncoderSeconds, IReadOnlyList<LlmOutcome> Llms, IReadOnlyList<Gate> Gates)
{
    /// <summary>True when every gate held.</summary>
    public bool Passed => Gates.All(g => g.Passed);

    /// <summary>
    /// Another LLM must not cost more than a third of the encoder and the first bridge, in processor time, and must leave the encoder's bytes as they are. Empty with a single LLM but for the latter.
    /// </summary>
    public static IEnumerable<Gate> GatesOfTransfer(string encoderId, double encoderSeconds, IReadOnlyList<LlmOutcome> llms)
    {
        yield return new Gate("encoder unchanged", llms.All(l => l.EncoderId == encoderId));
        foreach (var next in llms.Skip(1))
            yield return new Gate($"re-bridging {next.Name} costs at most a third", next.BridgeSeconds <= (encoderSeconds + llms[0].BridgeSeconds) / 3);
    }

    /// <summary>Scores that must be reached, in percent; a score without probes fails.</summary>
    public static IEnumerable<Gate> GatesOfScores(LlmOutcome llm, double rel, double gen, double loc)
    {
        var scores = llm.Scores["generate-exact"];
        yield return new Gate($"{llm.Name}: Rel >= {rel:0.#}", scores.Rel >= rel);
        yield return new Gate($"{llm.Name}: Gen >= {gen:0.#}", scores.Gen >= gen);
        yield return new Gate($"{llm.Name}: Loc >= {loc:0.#}", scores.Loc >= loc);
    }

    /// <summary>The record as JSON; what was not measured is null.</summary>
    public JsonObject ToJson() => new()
    {
        ["encoder"] = new JsonObject { ["id"] = EncoderId, ["trainSeconds"] = Number(EncoderSeconds) },
        ["llms"] = new JsonArray([.. Llms.Select(l => new JsonObject
        {
            ["name"] = l.Name,
            ["baseKnown"] = Number(l.BaseKnown),
            ["encoderId"] = l.EncoderId,
            ["bridgeId"] = l.BridgeId,
            ["bridgeSeconds"] = Number(l.BridgeSeconds),
            ["scores"] = new JsonObject(l.Scores.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, new JsonObject
            {
                ["rel"] = Number(s.Value.Rel), ["gen"] = Number(s.Value.Gen), ["loc"] = Number(s.Value.Loc), ["n"] = s.Value.N,
            }))),
        })]),
        ["gates"] = new JsonArray([.. Gates.Select(g => new JsonObject { ["name"] = g.Name, ["passed"] = g.Passed })]),
    };

    /// <summary>Writes the JSON, whole or not at all.</summary>
    public void Write(string path)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(ToJson(), new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        DurableFile.Write(path, file => file.Write(json));
    }

    private static double? Number(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;
}
