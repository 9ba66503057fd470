using System.Text;
using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Cli.Ability;

/// <summary>A text cut into passages: the LLM and the memory read the first words of each, and the rest is scored.</summary>
internal static class TextFile
{
    private const int PromptWords = 12, PassageWords = 60, LeastWords = 20;

    /// <summary>WikiText's test or validation text, or any <c>perplexity.txt</c>; null where there is none.</summary>
    public static string? Find(string folder) =>
        new[] { Path.Combine("wikitext-2", "test.txt"), Path.Combine("wikitext-2", "valid.txt"), "perplexity.txt" }.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);

    /// <exception cref="InvalidDataException">It is no UTF-8 text; the message names file and line.</exception>
    public static IEnumerable<AbilityItem> Read(string file)
    {
        var number = 0;
        // Bytes that are no character become the replacement character, which tells where they were.
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
        {
            number++;
            if (line.Contains('\uFFFD', StringComparison.Ordinal)) throw new InvalidDataException($"{file}, line {number} is no UTF-8 text; save the file as UTF-8");
            foreach (var words in line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(PassageWords))
                if (words.Length >= LeastWords) yield return new AbilityItem(AbilityTask.Perplexity, string.Join(' ', words.Take(PromptWords)), string.Join(' ', words.Skip(PromptWords)));
        }
    }
}
