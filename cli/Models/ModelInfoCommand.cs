using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Models;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model info DIR</c>.</summary>
internal static class ModelInfoCommand
{
    public static Command Create()
    {
        var folder = ModelCommand.Folder();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("info", "Say what a model folder holds: architecture, sizes, parameters.") { folder, json };
        command.SetAction(result =>
        {
            using var model = Checkpoint.Load(result.GetRequiredValue(folder));
            var c = model.Configuration;
            var parameters = model.parameters().Sum(p => p.numel());
            (string Name, object Value)[] facts =
            [
                ("family", c.Family), ("kind", c.IsMasked ? "encoder" : "LLM"), ("parameters", parameters), ("vocabulary", c.VocabularySize),
                ("width", c.Width), ("layers", c.Layers), ("heads", c.Heads), ("keyHeads", c.KeyHeads), ("headWidth", c.HeadWidth), ("inner", c.Inner),
                ("maxPositions", c.MaxPositions), ("activation", c.Activation), ("tied", c.Tied),
                ("rotaryScaling", c.Scaling is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s.Kind} x{s.Factor}") : "none"),
                ("endTokens", c.EndTokens),
            ];
            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(facts.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)));
                return;
            }
            foreach (var (name, value) in facts)
                Console.WriteLine($"{name,-14} {(value is IReadOnlyList<int> list ? string.Join(", ", list) : Convert.ToString(value, CultureInfo.InvariantCulture))}");
        });
        return command;
    }
}
