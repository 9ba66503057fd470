using MindBridge.Memory.Serving;
using static TorchSharp.torch;

namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>What editing must not cost (METHOD section 7): perplexity and multiple-choice accuracy on texts that no edit is about, taken before and after.</summary>
public static class GeneralAbility
{
    private const int PromptWords = 12;
    private const int PassageWords = 80;

    /// <summary>
    /// Token perplexity of passages, each continued from its first twelve words: the memory reads those as it would a user's prompt, and the rest is scored.
    /// </summary>
    /// <param name="answerer">Edited or unedited.</param>
    /// <param name="texts">Lines or documents; cut into passages of at most 80 words.</param>
    /// <param name="most">Most passages, taken evenly.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>exp(mean negative log probability a token) and the number of tokens scored.</returns>
    /// <exception cref="InvalidDataException">No passage is long enough.</exception>
    public static (double Perplexity, int Tokens) Perplexity(Answerer answerer, IEnumerable<string> texts, int most = 200, CancellationToken cancellationToken = default)
    {
        var passages = Passages(texts).ToList();
        if (passages.Count == 0) throw new InvalidDataException($"the text holds no passage of {PromptWords + 8} words or more; give longer text");
        if (passages.Count > most) passages = [.. Enumerable.Range(0, most).Select(i => passages[(int)((long)i * passages.Count / most)])];
        using var scope = NewDisposeScope();
        var requests = answerer.Prepare([.. passages.Select(p => p.Prompt)]);
        var answers = passages.Select((p, i) => answerer.Llm.EncodeAnswer(p.Prompt, p.Continuation)
            .Take(answerer.Llm.Model.MaxPositions - requests[i].Length).ToArray()).ToList();
        var outcomes = Passes.Force(answerer, requests, answers, cancellationToken);
        var tokens = outcomes.Sum(o => o.Length);
        return (Math.Exp(-outcomes.Sum(o => o.Sum(t => (double)t.LogProbability)) / tokens), tokens);
    }

    /// <summary>Share of questions whose right choice has the greatest mean log probability a token (GLUE-style tasks, MMLU).</summary>
    /// <param name="answerer">Edited or unedited.</param>
    /// <param name="questions">Prompt, choices and the right choice's index.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>1 or 0 for each question.</returns>
    public static IReadOnlyList<double> Choices(Answerer answerer, IReadOnlyList<ChoiceQuestion> questions, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        var prepared = answerer.Prepare([.. questions.Select(q => q.Prompt)]);
        var rows = questions.SelectMany((q, i) => q.Choices.Select(c => (Question: i, Answer: answerer.Llm.EncodeAnswer(q.Prompt, c)))).ToList();
        var outcomes = Passes.Force(answerer, [.. rows.Select(r => prepared[r.Question])], [.. rows.Select(r => r.Answer)], cancellationToken);
        var hits = new double[questions.Count];
        for (var (row, question) = (0, 0); question < questions.Count; question++)
        {
            var (best, chosen) = (double.NegativeInfinity, -1);
            for (var c = 0; c < questions[question].Choices.Count; c++, row++)
            {
                var value = outcomes[row].Average(o => o.LogProbability);
                if (value > best) (best, chosen) = (value, c);
            }
            hits[question] = chosen == questions[question].Right ? 1 : 0;
        }
        return hits;
    }

    private static IEnumerable<(string Prompt, string Continuation)> Passages(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            foreach (var words in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(PassageWords))
                if (words.Length >= PromptWords + 8)
                    yield return (string.Join(' ', words.Take(PromptWords)), string.Join(' ', words.Skip(PromptWords)));
    }
}

/// <summary>A multiple-choice question of a general-ability file.</summary>
/// <param name="Prompt">The whole prompt, examples included.</param>
/// <param name="Choices">At least two continuations.</param>
/// <param name="Right">Index of the right one.</param>
public sealed record ChoiceQuestion(string Prompt, IReadOnlyList<string> Choices, int Right);
