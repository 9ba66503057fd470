using MindBridge.Memory.Serving;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Memory.Bridging;

/// <summary>Leaves out what an LLM has no room for, so that one long prompt does not keep its neighbours from this LLM; another LLM may hold it.</summary>
public static class FittingTexts
{
    /// <summary>The same texts without edits, wordings, out-of-scope prompts and validation probes that take more tokens than the LLM holds beside the soft prompt.</summary>
    /// <param name="data">What stage II would read.</param>
    /// <param name="settings">Its recipe.</param>
    /// <param name="llmFolder">The LLM; only its tokenizer and configuration are read.</param>
    /// <exception cref="InvalidDataException">No edit fits.</exception>
    public static BridgeTrainingData Of(BridgeTrainingData data, BridgeTrainingSettings settings, string llmFolder)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (tokenizer, limit) = (TextTokenizer.From(llmFolder), ModelConfiguration.From(llmFolder).MaxPositions - settings.SoftTokens);
        var fitting = data with
        {
            Edits = [.. data.Edits.Where(e => Fits(e.Prompt, e.Object)).Select(e => e with { Wordings = [.. e.Wordings.Where(w => Fits(w, e.Object))] })],
            OutOfScope = [.. data.OutOfScope.Where(p => Fits(p.Prompt, null)).Select(p => p with { Wordings = [.. p.Wordings.Where(w => Fits(w, null))] })],
            Validation = [.. data.Validation.Where(p => Fits(p.Prompt, p.Answer))],
        };
        return fitting.Edits.Count > 0 || data.Edits.Count == 0
            ? fitting
            : throw new InvalidDataException($"none of the {data.Edits.Count} edits fits into the {limit + settings.SoftTokens} tokens that {Path.GetFileName(Path.TrimEndingDirectorySeparator(llmFolder))} holds; shorten their prompts");

        bool Fits(string prompt, string? answer)
        {
            var tokens = tokenizer.Encode(prompt).Count;
            return tokens > 0 && tokens + (answer is null ? 0 : Llm.EncodeAnswer(tokenizer, prompt, answer + ".").Length) <= limit;
        }
    }
}
