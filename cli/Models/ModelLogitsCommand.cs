using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model logits DIR</c>.</summary>
internal static class ModelLogitsCommand
{
    public static Command Create()
    {
        var folder = ModelCommand.Folder();
        var text = new Option<string>("--text") { Description = "One text." };
        var ids = new Option<string>("--ids") { Description = "One list of token ids, as 1,2,3; taken as they are, without special tokens." };
        var file = new Option<string>("--file") { Description = "JSON lines, each with \"text\"." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line; the default." };
        var command = new Command("logits", "Print the ten largest logits at the last position; for an encoder, the first 16 values of [CLS] and the ten largest logits of the masked middle token.")
        {
            folder, text, ids, file, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var directory = result.GetRequiredValue(folder);
            var (givenText, givenIds, givenFile) = (result.GetValue(text), result.GetValue(ids), result.GetValue(file));
            if (new[] { givenText, givenIds, givenFile }.Count(v => v is not null) != 1) throw new ArgumentException("give exactly one of --text, --ids and --file");
            using var model = Checkpoint.Load(directory);
            // Ids alone need no tokenizer, except that an encoder masks a token.
            var tokenizer = givenIds is not null && model is CausalLanguageModel ? null : TextTokenizer.From(directory);
            var items = givenIds is not null ? [Ids(givenIds)]
                : (givenText is not null ? [givenText] : JsonLines.Texts(givenFile!)).Select(t => tokenizer!.Encode(t));
            foreach (var item in items)
            {
                cancellation.ThrowIfCancellationRequested();
                Console.WriteLine(Line(TextLogits.Of(model, tokenizer, item)));
            }
            return Task.FromResult(0);
        });
        return command;
    }

    private static int[] Ids(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new ArgumentException($"--ids: \"{part}\" is no token id; give whole numbers separated by commas"))];

    private static string Line(TextLogits logits)
    {
        static JsonArray Numbers<T>(IEnumerable<T> values) => new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);
        static JsonArray Pairs(IEnumerable<(int Id, float Value)> pairs) => new([.. pairs.Select(p => (JsonNode?)new JsonArray(p.Id, p.Value))]);
        var line = new JsonObject { ["ids"] = Numbers(logits.Ids) };
        if (logits.Top is not null) line["top"] = Pairs(logits.Top);
        if (logits.Cls is not null) line["cls"] = Numbers(logits.Cls);
        if (logits.Mask is not null) line["mask"] = Pairs(logits.Mask);
        return line.ToJsonString(new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals });
    }
}
