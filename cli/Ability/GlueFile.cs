using System.Text.Json;
using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Cli.Ability;

/// <summary>A GLUE-style task as JSON lines: <c>sentence</c>, or <c>sentence1</c> and <c>sentence2</c>, and a <c>label</c> by number or by name.</summary>
internal static class GlueFile
{
    private static readonly Dictionary<string, Form> s_forms = new(StringComparer.Ordinal)
    {
        [AbilityTask.Sst2] = new(["negative", "positive"], ["negative", "positive"], (s, _) => $"Review: {s}\nIs the review positive or negative? It is"),
        [AbilityTask.Cola] = new(["no", "yes"], ["unacceptable", "acceptable"], (s, _) => $"Sentence: {s}\nIs this sentence good English? Answer:"),
        [AbilityTask.Mrpc] = new(["no", "yes"], ["not_equivalent", "equivalent"], (s, t) => $"First sentence: {s}\nSecond sentence: {t}\nDo both say the same? Answer:", Pairs: true),
        // GLUE counts from what follows to what does not.
        [AbilityTask.Rte] = new(["yes", "no"], ["entailment", "not_entailment"], Follows, Pairs: true),
        [AbilityTask.Nli] = new(["yes", "no"], ["entailment", "not_entailment"], Follows, Pairs: true),
    };

    /// <exception cref="InvalidDataException">A line is broken; the message names file and line.</exception>
    public static IEnumerable<AbilityItem> Read(string file, string task)
    {
        var (form, number) = (s_forms[task], 0);
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            JsonElement json;
            try
            {
                json = JsonSerializer.Deserialize<JsonElement>(line);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{file}, line {number} is no JSON ({e.Message}); give one object a line with {form.Fields} and label", e);
            }

            if (json.ValueKind is not JsonValueKind.Object) throw new InvalidDataException($"{file}, line {number} is no object; give one a line with {form.Fields} and label");
            var first = Text(json, form.Pairs ? "sentence1" : "sentence", file, number);
            var second = form.Pairs ? Text(json, "sentence2", file, number) : "";
            yield return new AbilityItem(task, form.Prompt(first, second), form.Options[Label(json, form, file, number)], form.Options);
        }
    }

    private static string Follows(string text, string claim) => $"Text: {text}\nClaim: {claim}\nDoes the claim follow from the text? Answer:";

    private static string Text(JsonElement json, string name, string file, int number) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
            ? text.Trim()
            : throw new InvalidDataException($"{file}, line {number}: {name} is missing or no text; give it as a string");

    private static int Label(JsonElement json, Form form, string file, int number)
    {
        var known = json.TryGetProperty("label", out var label);
        if (known && label.ValueKind is JsonValueKind.Number && label.TryGetInt32(out var place) && place >= 0 && place < form.Labels.Length) return place;
        if (known && label.ValueKind is JsonValueKind.String && Array.IndexOf(form.Labels, label.GetString()) is >= 0 and var named) return named;
        throw new InvalidDataException($"{file}, line {number}: label is {(known ? label.GetRawText() : "missing")}; give {string.Join(" or ", form.Labels.Select((l, i) => $"{i} ({l})"))}");
    }

    private sealed record Form(string[] Options, string[] Labels, Func<string, string, string> Prompt, bool Pairs = false)
    {
        public string Fields => Pairs ? "sentence1, sentence2" : "sentence";
    }
}
