using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Scoring;

/// <summary>
/// Exact match of an answer with an object, as <c>generate-exact</c> counts it (METHOD section 7). Both are folded (<see cref="NormalisedText.Fold"/>: lower case, punctuation
/// and white space), then leading articles (a, an, the) are dropped. The answer must be the object as a whole: "Italian opera" is not "Italian", and
/// "Pari" is not "Paris". Where the answer ends is the protocol's matter (natural stop), not decided here.
/// </summary>
public static class NormalisedMatch
{
    /// <summary>True when the answer is the object.</summary>
    public static bool Is(string answer, string expected)
    {
        var (given, wanted) = (Normalise(answer), Normalise(expected));
        // Objects of nothing but signs ("?!") fold to nothing and are compared as they are.
        return wanted.Length == 0 ? expected.Trim().Length > 0 && string.Equals(answer.Trim(), expected.Trim(), StringComparison.Ordinal) : string.Equals(given, wanted, StringComparison.Ordinal);
    }

    /// <summary>The form in which answers are compared.</summary>
    public static string Normalise(string text)
    {
        var folded = NormalisedText.Fold(text);
        foreach (var article in (ReadOnlySpan<string>)["the ", "an ", "a "])
            if (folded.StartsWith(article, StringComparison.Ordinal) && folded.Length > article.Length) return folded[article.Length..];
        return folded;
    }
}
