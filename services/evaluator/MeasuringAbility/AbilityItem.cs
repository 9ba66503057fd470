using System.Text.Json;
using System.Text.Json.Serialization;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>A question with options, or a passage of text, as an artifact holds it: one JSON object a line.</summary>
/// <param name="Task">What it belongs to; one of <see cref="AbilityTask"/>.</param>
/// <param name="Prompt">What the LLM goes on from, and the memory reads.</param>
/// <param name="Answer">The right option, or the rest of the passage.</param>
/// <param name="Options">None for a passage.</param>
/// <param name="Examples">Solved questions that the LLM reads before the prompt.</param>
public sealed record AbilityItem(string Task, string Prompt, string Answer, IReadOnlyList<string>? Options = null, IReadOnlyList<string>? Examples = null)
{
    // A part of an evaluation must fit into one message to inference.
    private const int LongestText = 32_768, MostOptions = 16, MostExamples = 32;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private int Length => Prompt.Length + Answer.Length + (Options ?? []).Concat(Examples ?? []).Sum(text => text?.Length ?? 0);

    /// <summary>As an artifact holds it.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, s_json);

    /// <exception cref="ArgumentException">The line is no item; the message names it and says why.</exception>
    internal static AbilityItem Read(string json, int line)
    {
        AbilityItem? item;
        try
        {
            item = JsonSerializer.Deserialize<AbilityItem>(json, s_json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"line {line} is no question ({e.Message}); give a JSON object with task, prompt, answer and options", e);
        }

        if (item is null) throw new ArgumentException($"line {line} is null; give a JSON object with task, prompt, answer and options");
        if (!AbilityTask.All.Contains(item.Task, StringComparer.Ordinal)) throw new ArgumentException($"line {line}: task is \"{item.Task}\"; give one of {string.Join(", ", AbilityTask.All)}");
        if (string.IsNullOrWhiteSpace(item.Prompt)) throw new ArgumentException($"line {line}: prompt is empty; give what the LLM goes on from");
        if (string.IsNullOrWhiteSpace(item.Answer)) throw new ArgumentException($"line {line}: answer is empty; give the right option, or the rest of the passage");
        if (item.Length > LongestText) throw new ArgumentException($"line {line} has {item.Length} characters, examples included; give at most {LongestText}");
        var options = item.Options ?? [];
        if (item.Task == AbilityTask.Perplexity != (options.Count == 0)) throw new ArgumentException($"line {line}: {options.Count} options are given to a {item.Task} line; questions have options, passages none");
        if (options.Count is 1 or > MostOptions || options.Any(string.IsNullOrWhiteSpace) || options.Distinct(StringComparer.Ordinal).Count() != options.Count) throw new ArgumentException($"line {line}: options are {options.Count}; give 2 to {MostOptions}, each another and none empty");
        if (options.Count > 0 && !options.Contains(item.Answer, StringComparer.Ordinal)) throw new ArgumentException($"line {line}: answer is \"{item.Answer}\", which is none of the options; give it as one of them");
        if ((item.Examples ?? []).Count > MostExamples || (item.Examples ?? []).Any(e => e is null) || (options.Count == 0 && (item.Examples ?? []).Count > 0)) throw new ArgumentException($"line {line}: {item.Examples!.Count} examples are given; give at most {MostExamples}, and none before a passage");
        return item;
    }
}

/// <summary>The tasks of the suite.</summary>
public static class AbilityTask
{
    /// <summary>Questions: which sentiment, whether two sentences mean the same, whether one is grammatical, whether one follows from another (twice), what an exam asks.</summary>
    public const string Sst2 = "sst2", Mrpc = "mrpc", Cola = "cola", Rte = "rte", Nli = "nli", Mmlu = "mmlu";

    /// <summary>Passages of text.</summary>
    public const string Perplexity = "perplexity";

    /// <summary>All, in the order in which they are told.</summary>
    public static IReadOnlyList<string> All { get; } = [Sst2, Mrpc, Cola, Rte, Nli, Mmlu, Perplexity];
}
