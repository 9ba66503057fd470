using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>
/// What editing must not cost (METHOD section 7): questions with options (GLUE-style tasks, MMLU) and passages of text that no edit is about, before and after. Of a question the option counts that is likeliest as a whole
/// (the sum of its tokens' log probabilities); of a passage the negative log likelihood in nats a word, which does not depend on the LLM's tokens and so compares across LLM versions.
/// </summary>
public static class GeneralAbility
{
    /// <summary>The protocol's name.</summary>
    public const string Name = "general-ability";

    /// <summary>Scores items on two models. Where the memory says nothing, the second model is the first, and is not asked again.</summary>
    /// <param name="edited">The model under test.</param>
    /// <param name="unedited">The unedited LLM.</param>
    /// <param name="items">Questions and passages.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One for each item; null where the LLM has no room for it.</returns>
    public static IReadOnlyList<AbilityScore?> Score(Answerer edited, Answerer unedited, IReadOnlyList<AbilityItem> items, CancellationToken cancellationToken = default)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var llm = unedited.Llm;
        var texts = items.Select(i => Fitting(llm, i, edited.MostSoftTokens)).ToList();
        var some = Enumerable.Range(0, items.Count).Where(i => texts[i] is not null).ToArray();
        var asked = some.Select(i => new Asked(texts[i]!, items[i], Continuations(llm, texts[i]!, items[i]))).ToList();
        var before = Outcomes(unedited, unedited.Prepare([.. asked.Select(a => a.Text)]), asked, cancellationToken);
        // The memory reads the question itself, as it would a user's, and not the examples before it.
        var prepared = edited.Prepare([.. asked.Select(a => a.Text)], [.. asked.Select(a => a.Item.Prompt)]);
        var spoke = Enumerable.Range(0, asked.Count).Where(k => prepared[k].SoftPrompt is not null).ToArray();
        var after = before.ToArray();
        foreach (var (k, outcome) in spoke.Zip(Outcomes(edited, [.. spoke.Select(k => prepared[k])], [.. spoke.Select(k => asked[k])], cancellationToken))) after[k] = outcome;
        var scores = new AbilityScore?[items.Count];
        for (var k = 0; k < some.Length; k++) scores[some[k]] = new AbilityScore(after[k].Value, before[k].Value, after[k].Said, before[k].Said, prepared[k].SoftPrompt is not null);
        return scores;
    }

    // The prompt with as many of its examples as there is room for, the last ones first to stay; null where not even the prompt has room.
    private static string? Fitting(Llm llm, AbilityItem item, int softTokens)
    {
        var longest = Continuations(llm, item.Prompt, item).Max(c => c.Length);
        for (var left = 0; left <= item.Examples.Count; left++)
        {
            var text = string.Concat(item.Examples.Skip(left)) + item.Prompt;
            if (llm.Encode(text).Count + softTokens + longest <= llm.Model.MaxPositions) return text;
        }

        return null;
    }

    private static IReadOnlyList<int[]> Continuations(Llm llm, string text, AbilityItem item) =>
        [.. (item.Options.Count > 0 ? item.Options : [item.Answer]).Select(o => llm.EncodeAnswer(text, o))];

    private static List<(double Value, string Said)> Outcomes(Answerer answerer, IReadOnlyList<Request> requests, IReadOnlyList<Asked> asked, CancellationToken cancellationToken)
    {
        if (asked.Count == 0) return [];
        var likelihoods = new double[asked.Count][];
        // Options of one token each (letters, yes and no) share the one pass over their prompt.
        var single = Enumerable.Range(0, asked.Count).Where(i => asked[i].Item.Options.Count > 0 && asked[i].Continuations.All(c => c.Length == 1)).ToArray();
        if (single.Length > 0)
        {
            using var logits = Passes.NextTokenLogits(answerer, [.. single.Select(i => requests[i])]);
            using var chances = logits.to(float32).log_softmax(-1);
            for (var row = 0; row < single.Length; row++)
            {
                using var of = chances[row];
                likelihoods[single[row]] = [.. asked[single[row]].Continuations.Select(c => (double)of[c[0]].item<float>())];
            }
        }

        var several = Enumerable.Range(0, asked.Count).Where(i => likelihoods[i] is null).SelectMany(i => asked[i].Continuations.Select((c, option) => (Item: i, Option: option, Tokens: c))).ToList();
        foreach (var i in several.Select(l => l.Item).Distinct()) likelihoods[i] = new double[asked[i].Continuations.Count];
        var forced = Passes.Force(answerer, [.. several.Select(l => requests[l.Item])], [.. several.Select(l => l.Tokens)], cancellationToken);
        foreach (var (row, outcome) in several.Zip(forced)) likelihoods[row.Item][row.Option] = outcome.Sum(t => (double)t.LogProbability);
        return [.. asked.Select((a, i) => Outcome(a.Item, likelihoods[i]))];
    }

    private static (double Value, string Said) Outcome(AbilityItem item, double[] likelihoods)
    {
        if (item.Options.Count == 0) return (-likelihoods[0] / AbilityItem.Words(item.Answer), "");
        var best = 0;
        for (var option = 1; option < likelihoods.Length; option++)
            if (likelihoods[option] > likelihoods[best]) best = option;
        return (item.Options[best] == item.Answer ? 1 : 0, item.Options[best]);
    }

    private sealed record Asked(string Text, AbilityItem Item, IReadOnlyList<int[]> Continuations);
}

/// <summary>A question with options, or a passage of text.</summary>
/// <param name="Prompt">What the LLM goes on from, and what the memory reads.</param>
/// <param name="Answer">The right option, or the rest of the passage.</param>
/// <param name="Options">At least two, the answer among them; none for a passage.</param>
/// <param name="Examples">Solved questions before the prompt, each with the white space that ends it.</param>
public sealed record AbilityItem(string Prompt, string Answer, IReadOnlyList<string> Options, IReadOnlyList<string> Examples)
{
    /// <summary>Words of a text: what lies between white space; at least 1.</summary>
    public static int Words(string text) => Math.Max(1, text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
}

/// <summary>How an item came out.</summary>
/// <param name="Value">Of the edited LLM: 1 or 0 for a question, nats a word for a passage.</param>
/// <param name="Base">Of the unedited LLM.</param>
/// <param name="After">The option that the edited LLM holds likeliest; empty for a passage.</param>
/// <param name="Before">Likewise of the unedited LLM.</param>
/// <param name="Edited">Whether the memory spoke.</param>
public sealed record AbilityScore(double Value, double Base, string After, string Before, bool Edited);
