namespace MindBridge.Memory.Edits;

/// <summary>How the subject was found in a prompt.</summary>
public enum SubjectMatchKind
{
    /// <summary>Letter for letter.</summary>
    Exact,

    /// <summary>With other case, punctuation or white space.</summary>
    Normalised,

    /// <summary>Not at all: the prompt names its subject otherwise, or not.</summary>
    Absent,
}

/// <summary>Where a prompt names its subject, in characters.</summary>
/// <param name="Start">First character of the subject; 0 when absent.</param>
/// <param name="Length">Its length; 0 when absent.</param>
/// <param name="Kind">How it was found.</param>
public readonly record struct SubjectSpan(int Start, int Length, SubjectMatchKind Kind)
{
    /// <summary>One past the last character.</summary>
    public int End => Start + Length;

    /// <summary>
    /// Looks for the subject as it stands, then regardless of case, punctuation and white space. Places where it stands as whole words are
    /// preferred ("Lyon" is not found in "Lyonnais" when another "Lyon" follows).
    /// </summary>
    public static SubjectSpan Find(string prompt, string subject)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var wanted = (subject ?? "").Trim();
        if (wanted.Length == 0) return new SubjectSpan(0, 0, SubjectMatchKind.Absent);
        if (Place(prompt, wanted, StringComparison.Ordinal) is var exact and >= 0) return new SubjectSpan(exact, wanted.Length, SubjectMatchKind.Exact);
        if (Place(prompt, wanted, StringComparison.OrdinalIgnoreCase) is var anyCase and >= 0) return new SubjectSpan(anyCase, wanted.Length, SubjectMatchKind.Normalised);
        return FindByWords(prompt, wanted);
    }

    private static int Place(string prompt, string subject, StringComparison comparison)
    {
        var first = -1;
        for (var at = prompt.IndexOf(subject, comparison); at >= 0; at = prompt.IndexOf(subject, at + 1, comparison))
        {
            if (first < 0) first = at;
            var (before, after) = (at > 0 ? prompt[at - 1] : ' ', at + subject.Length < prompt.Length ? prompt[at + subject.Length] : ' ');
            if (!char.IsLetterOrDigit(before) && !char.IsLetterOrDigit(after)) return at;
            if (at + 1 >= prompt.Length) break;
        }

        return first;
    }

    // Compares letters and digits only, and remembers where each stood.
    private static SubjectSpan FindByWords(string prompt, string subject)
    {
        var wanted = string.Concat(subject.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        if (wanted.Length < 2) return new SubjectSpan(0, 0, SubjectMatchKind.Absent);
        var places = new List<int>(prompt.Length);
        for (var i = 0; i < prompt.Length; i++)
            if (char.IsLetterOrDigit(prompt[i])) places.Add(i);
        var text = string.Concat(places.Select(i => char.ToLowerInvariant(prompt[i])));
        for (var at = text.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = text.IndexOf(wanted, at + 1, StringComparison.Ordinal))
        {
            var (start, end) = (places[at], places[at + wanted.Length - 1] + 1);
            var whole = (start == 0 || !char.IsLetterOrDigit(prompt[start - 1])) && (end == prompt.Length || !char.IsLetterOrDigit(prompt[end]));
            if (whole) return new SubjectSpan(start, end - start, SubjectMatchKind.Normalised);
            if (at + 1 >= text.Length) break;
        }

        return new SubjectSpan(0, 0, SubjectMatchKind.Absent);
    }
}
