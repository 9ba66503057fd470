namespace MindBridge.Memory.FactTexts;

/// <summary>
/// General English that is about no edit: put before prompts so that the encoder learns to find a fact wherever it stands, and, cut before its
/// last words, prompts that no edit answers.
/// </summary>
public static class GeneralPrompts
{
    private static readonly Lazy<IReadOnlyList<string>> s_sentences = new(() => Lines("sentences.txt"));
    private static readonly Lazy<IReadOnlyList<string>> s_prefixes = new(() => [.. Sentences, .. Lines("passages.txt")]);

    /// <summary>About three hundred plain sentences of 4 to 22 words, written for this product.</summary>
    public static IReadOnlyList<string> Sentences => s_sentences.Value;

    /// <summary>
    /// What is put before prompts: <see cref="Sentences"/>, and some six thousand lines as they stand in encyclopedias, newspapers, letters and novels, whole sentences or not, written
    /// for this product. Three hundred an encoder learns by heart, and then finds no fact behind a line it has never read (docs/quality.md).
    /// </summary>
    public static IReadOnlyList<string> Prefixes => s_prefixes.Value;

    /// <summary>The beginnings of the plain sentences that have six words or more: cloze prompts whose continuation is anybody's guess.</summary>
    public static IReadOnlyList<string> All => [.. Sentences.Select(s => s.Split(' ')).Where(w => w.Length >= 6).Select(w => string.Join(' ', w[..^(1 + (w.Length % 3))]))];

    private static IReadOnlyList<string> Lines(string name)
    {
        using var stream = typeof(GeneralPrompts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"{name} is missing from this build; build it again");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }
}
