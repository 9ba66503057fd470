namespace MindBridge.Models.Pretraining;

/// <summary>
/// A sentence that states a fact. Its answer, <see cref="Text"/>[<see cref="AnswerStart"/>, + <see cref="AnswerLength"/>), weighs more in a causal
/// model's loss and is masked more often for a masked model.
/// </summary>
public sealed record StatedFact(string Text, int AnswerStart, int AnswerLength);

/// <summary>What a small base model is trained on: sentences that state facts, and passages of general text; either may be empty, not both.</summary>
public sealed record PretrainingText(IReadOnlyList<StatedFact> Facts, IReadOnlyList<string> Passages)
{
    /// <summary>Everything as plain strings, for the training of a tokenizer.</summary>
    public IEnumerable<string> All => Facts.Select(f => f.Text).Concat(Passages);

    /// <summary>
    /// Reads a UTF-8 text file. Paragraphs (parted by empty lines) become passages; one longer than <paramref name="longest"/> characters is cut at white space.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds too little text to learn from.</exception>
    public static PretrainingText FromFile(string path, int longest = 2000)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; give a UTF-8 text file to train on", path);
        var passages = new List<string>();
        var current = new List<string>();
        foreach (var line in File.ReadLines(path).Append(""))
        {
            var trimmed = line.Trim();
            if (trimmed.Length > 0) current.Add(trimmed);
            else if (current.Count > 0)
            {
                passages.AddRange(Cut(string.Join(' ', current), longest));
                current.Clear();
            }
        }
        const int fewest = 1000;
        var characters = passages.Sum(p => (long)p.Length);
        if (characters < fewest) throw new InvalidDataException($"{path}: {characters} characters are too few to train on; give at least {fewest}");
        return new PretrainingText([], passages);
    }

    private static IEnumerable<string> Cut(string text, int longest)
    {
        var start = 0;
        while (text.Length - start > longest)
        {
            var end = text.LastIndexOf(' ', start + longest, longest / 2);
            if (end < 0) end = start + longest;
            yield return text[start..end].Trim();
            start = end;
        }
        if (text[start..].Trim() is { Length: > 0 } rest) yield return rest;
    }
}
