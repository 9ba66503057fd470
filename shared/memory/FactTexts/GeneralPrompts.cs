using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.FactTexts;

/// <summary>
/// General English that is about no edit: put before prompts so that the encoder learns to find a fact wherever it stands, and, cut before its
/// last words, prompts that no edit answers.
/// </summary>
public static class GeneralPrompts
{
    // Some 6,000 cannot be learnt by heart in twenty passes; 310 were (docs/quality.md).
    private const int PrefixCount = 6000;

    private static readonly Lazy<IReadOnlyList<string>> s_sentences = new(() => Lines("sentences.txt"));
    private static readonly Lazy<IReadOnlyList<string>> s_prefixes = new(Vary);

    /// <summary>About three hundred sentences of 4 to 22 words, written for this product.</summary>
    public static IReadOnlyList<string> Sentences => s_sentences.Value;

    /// <summary>
    /// What is put before prompts: thousands of sentences, pieces of sentences and pairs of them. A tenth are <see cref="Sentences"/>, a fifth the beginning of one
    /// with the end of another, the rest are made of words by <see cref="PhraseGrammar"/>. Always the same ones.
    /// </summary>
    public static IReadOnlyList<string> Prefixes => s_prefixes.Value;

    /// <summary>The beginnings of those sentences that have six words or more: cloze prompts whose continuation is anybody's guess.</summary>
    public static IReadOnlyList<string> All => [.. Sentences.Select(s => s.Split(' ')).Where(w => w.Length >= 6).Select(w => string.Join(' ', w[..^(1 + (w.Length % 3))]))];

    private static IReadOnlyList<string> Vary()
    {
        var grammar = new PhraseGrammar(Lines("phrases.txt"));
        var random = RandomStream.For(0, "general-prefixes");
        var made = new HashSet<string>(StringComparer.Ordinal);
        while (made.Count < PrefixCount) made.Add(One(grammar, random));
        return [.. made];
    }

    private static string One(PhraseGrammar grammar, RandomStream random) => random.Unit() switch
    {
        < 0.1 => random.Pick(Sentences),
        < 0.3 => Cross(random.Pick(Sentences).Split(' '), random.Pick(Sentences).Split(' '), random),
        < 0.4 => $"{grammar.Next(random)} {grammar.Next(random)}",
        // A piece that breaks off, as the text before a prompt may.
        < 0.5 => Piece(grammar.Next(random).Split(' '), random),
        _ => grammar.Next(random),
    };

    private static string Cross(string[] head, string[] tail, RandomStream random) =>
        string.Join(' ', [.. head[..(1 + random.Below(head.Length - 1))], .. tail[(1 + random.Below(tail.Length - 1))..]]);

    private static string Piece(string[] words, RandomStream random) => string.Join(' ', words[random.Below(1 + (words.Length / 2))..]);

    private static IReadOnlyList<string> Lines(string name)
    {
        using var stream = typeof(GeneralPrompts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"{name} is missing from this build; build it again");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }
}
