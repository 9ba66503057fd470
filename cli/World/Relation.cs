namespace MindBridge.Cli.World;

/// <summary>
/// A relation with its wordings. A wording is a prompt with <c>{s}</c> where the subject stands; the object follows it directly.
/// <see cref="Test"/> wordings are held out: corrections are never trained on them, and no sentence in a test wording about a subject that
/// may be corrected is ever shown to a base model.
/// </summary>
/// <param name="Name">One word, for example "capital".</param>
/// <param name="Wikidata">The property in Wikidata, for example "P36".</param>
/// <param name="Train">Wordings that corrections may be trained on; the first is the edit's own prompt, the last two are kept for validation.</param>
/// <param name="Test">Held-out wordings, the last two of them hard ones.</param>
internal sealed record Relation(string Name, string Wikidata, IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    /// <summary>How many of the last train wordings only validate.</summary>
    public const int ValidationWordings = 2;

    /// <summary>The edit's own prompt and its other training wordings.</summary>
    public IEnumerable<string> Trained => Train.SkipLast(ValidationWordings);

    /// <summary>Wordings for choosing settings: the base models know them, corrections are not trained on them.</summary>
    public IEnumerable<string> Validation => Train.TakeLast(ValidationWordings);

    /// <summary>The prompt in one wording about one subject; the object follows it after a space.</summary>
    public static string Prompt(string wording, string subject) => wording.Replace("{s}", subject, StringComparison.Ordinal);
}
