using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;

namespace MindBridge.Cli.Evaluating;

/// <summary>Prints scores: one card a line as JSON, or a table with intervals.</summary>
internal static class ScoreLines
{
    public static void Write(Evaluated evaluated, string system, int seed, string llm, bool json)
    {
        var cards = evaluated.Cards(system, seed, llm).ToList();
        if (json)
        {
            foreach (var card in cards) Console.WriteLine(Line(card));
            foreach (var (protocol, _) in evaluated.Results.Where(r => r.Protocol.IsShare))
                Console.WriteLine(Total(evaluated.Summarise(protocol)!, protocol, system, llm));
            if (evaluated.Opened is not null) Console.WriteLine(Gate(evaluated, system, llm));
            return;
        }
        Console.WriteLine($"{llm}: {system}");
        foreach (var card in cards)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {card.Protocol,-20} {ProbeKindName.Of(card.Kind),-17} {Number(card.Value, card.Unit)} {card.Unit,-4}  [{Number(card.Low, card.Unit)}, {Number(card.High, card.Unit)}]  n {card.N}"));
        if (evaluated.Opened is null) return;
        Console.WriteLine("  memory open          " + string.Join("  ", evaluated.Opened.OrderBy(o => o.Key).Select(o => string.Create(CultureInfo.InvariantCulture, $"{ProbeKindName.Of(o.Key)} {100 * o.Value:0.0} %"))));
        Console.WriteLine($"  memory closed        {evaluated.Closed.Probes} probes; next-token logits of {evaluated.Closed.Identical} are the unedited LLM's bit for bit");
    }

    private static string Gate(Evaluated evaluated, string system, string llm) => new JsonObject
    {
        ["protocol"] = "gate", ["kind"] = "all", ["system"] = system, ["llm"] = llm, ["n"] = evaluated.Results[0].Results.Count, ["closed"] = evaluated.Closed.Probes, ["identicalBits"] = evaluated.Closed.Identical,
        ["openShare"] = new JsonObject(evaluated.Opened!.OrderBy(o => o.Key).Select(o => KeyValuePair.Create(ProbeKindName.Of(o.Key), (JsonNode?)JsonValue.Create(Math.Round(o.Value, 4))))),
    }.ToJsonString(MemoryOptions.Json);

    private static string Number(double value, string unit) => value.ToString(unit == "%" ? "0.0" : "0.0000", CultureInfo.InvariantCulture);

    private static string Line(ScoreCard card)
    {
        var line = JsonSerializer.SerializeToNode(card, MemoryOptions.Json)!.AsObject();
        line["kind"] = ProbeKindName.Of(card.Kind);
        return line.ToJsonString(MemoryOptions.Json);
    }

    // The table's own figures; NaN becomes null, so that every reader of JSON takes it.
    private static string Total(Summary summary, Protocol protocol, string system, string llm)
    {
        static JsonNode? Value(double value) => double.IsFinite(value) ? JsonValue.Create(Math.Round(value, 4)) : null;
        return new JsonObject
        {
            ["protocol"] = protocol.Name, ["system"] = system, ["llm"] = llm, ["kind"] = "summary", ["rel"] = Value(summary.Rel), ["gen"] = Value(summary.Gen), ["loc"] = Value(summary.Loc),
            ["locNeighbours"] = Value(summary.LocNeighbours), ["locHeldOut"] = Value(summary.LocHeldOut), ["locSameSubject"] = Value(summary.LocSameSubject), ["port"] = Value(summary.Port),
            ["avg"] = Value(summary.Avg), ["n"] = summary.N, ["unit"] = "%",
        }.ToJsonString(MemoryOptions.Json);
    }
}
