namespace MindBridge.Memory.FactTexts;

/// <summary>
/// Sentences of general English that are about no edit: put before prompts so that the encoder learns to find a fact wherever it stands, and, cut before their
/// last words, prompts that no edit answers.
/// </summary>
public static class GeneralPrompts
{
    private static readonly Lazy<IReadOnlyList<string>> s_sentences = new(Read);

    /// <summary>About three hundred sentences of 4 to 22 words, written for this product.</summary>
    public static IReadOnlyList<string> Sentences => s_sentences.Value;

    /// <summary>The beginnings of those sentences that have six words or more: cloze prompts whose continuation is anybody's guess.</summary>
    public static IReadOnlyList<string> All => [.. Sentences.Select(s => s.Split(' ')).Where(w => w.Length >= 6).Select(w => string.Join(' ', w[..^(1 + (w.Length % 3))]))];

    private static List<string> Read()
    {
        using var stream = typeof(GeneralPrompts).Assembly.GetManifestResourceStream("sentences.txt")
            ?? throw new InvalidDataException("the general sentences are missing from this build; build it again");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }
}
