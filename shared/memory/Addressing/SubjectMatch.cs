using System.Text.RegularExpressions;

namespace MindBridge.Memory.Addressing;

/// <summary>Where a query names an edit's subject.</summary>
/// <param name="Edit">The edit's index.</param>
/// <param name="Start">First character.</param>
/// <param name="End">Behind the last character.</param>
public readonly record struct SubjectHit(int Edit, int Start, int End);

/// <summary>
/// Finds the edits whose subject a query names, word for word and without regard to case: evidence for which no feature is needed, exact at any number of edits (one
/// dictionary look-up a word). A hit inside a longer one is dropped: "New York City" does not name "New York".
/// </summary>
public sealed partial class SubjectMatch
{
    // First word -> the subjects that begin with it, each with the edits about it.
    private readonly Dictionary<string, List<(string[] Words, string Tail, List<int> Edits)>> subjects = new(StringComparer.Ordinal);

    /// <param name="edits">The edits; a subject without letters or digits is never found.</param>
    public SubjectMatch(IReadOnlyList<StoredEdit> edits)
    {
        for (var i = 0; i < edits.Count; i++)
        {
            var words = Words(edits[i].Subject);
            if (words.Count == 0) continue;
            string[] texts = [.. words.Select(w => w.Text)];
            if (!subjects.TryGetValue(texts[0], out var same)) subjects[texts[0]] = same = [];
            var known = same.FindIndex(s => s.Words.AsSpan().SequenceEqual(texts));
            if (known >= 0) same[known].Edits.Add(i);
            else same.Add((texts, edits[i].Subject.TrimEnd()[words[^1].End..], [i]));
        }
    }

    /// <summary>All hits, in the order of the text; edits about one subject share a place.</summary>
    public IReadOnlyList<SubjectHit> In(string query)
    {
        var words = Words(query);
        var hits = new List<SubjectHit>();
        for (var at = 0; at < words.Count; at++)
        {
            if (!subjects.TryGetValue(words[at].Text, out var same)) continue;
            foreach (var (subject, tail, edits) in same)
            {
                if (at + subject.Length > words.Count) continue;
                var equal = true;
                for (var k = 1; k < subject.Length && equal; k++) equal = string.Equals(words[at + k].Text, subject[k], StringComparison.Ordinal);
                if (!equal) continue;
                var end = words[at + subject.Length - 1].End;
                if (tail.Length > 0 && string.CompareOrdinal(query, end, tail, 0, tail.Length) == 0) end += tail.Length;
                hits.AddRange(edits.Select(e => new SubjectHit(e, words[at].Start, end)));
            }
        }
        return [.. hits.Where(h => !hits.Exists(g => g.Start <= h.Start && g.End >= h.End && g.End - g.Start > h.End - h.Start))];
    }

    /// <summary>
    /// What a query asks of a subject: the sentence that holds it, to the end of the text, with <c>[X]</c> in the subject's place. Sentences before it (an unrelated beginning) say nothing of it.
    /// </summary>
    public static string RelationText(string query, int start, int end)
    {
        var from = 0;
        foreach (Match boundary in Boundary().Matches(query))
            if (boundary.Index + boundary.Length <= start) from = boundary.Index + boundary.Length;
        return (query[from..start] + RelationBank.Placeholder + query[end..]).Trim();
    }

    internal static List<(string Text, int Start, int End)> Words(string text)
    {
        var words = new List<(string, int, int)>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i]));
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            words.Add((text[start..i].ToLowerInvariant(), start, i));
            start = -1;
        }
        return words;
    }

    [GeneratedRegex(@"\n+|(?<=[.!?])[""')\]]*\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();
}
