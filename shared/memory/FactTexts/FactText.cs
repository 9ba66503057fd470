using MindBridge.Memory.Edits;

namespace MindBridge.Memory.FactTexts;

/// <summary>A part of a text, in characters.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One past the last.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Number of characters.</summary>
    public int Length => End - Start;

    /// <summary>True when a piece [start, end) of the text overlaps this part.</summary>
    public bool Touches(int start, int end) => start < End && end > Start;

    internal TextSpan Shifted(int by) => new(Start + by, End + by);
}

/// <summary>
/// The text that injection reads (METHOD section 2): a prompt completed by its object, with the places of subject, relation and object known because the text
/// was built from them, never by searching token ids (section 5, 2).
/// </summary>
/// <param name="Text">"The mother tongue of Danielle Darrieux is English." or "Who designed Lahti Town Hall? Alfred Lahti."</param>
/// <param name="Prompt">Where the prompt stands.</param>
/// <param name="Subject">Where the prompt names the subject; null when it does not.</param>
/// <param name="Relation">The rest of the prompt: none, one or two parts, without surrounding white space.</param>
/// <param name="Object">Where the object stands.</param>
public sealed record FactText(string Text, TextSpan Prompt, TextSpan? Subject, IReadOnlyList<TextSpan> Relation, TextSpan Object)
{
    /// <summary>The fact text of an edit.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="wording">Another prompt for it; its own by default.</param>
    /// <exception cref="InvalidDataException">Prompt or object is blank.</exception>
    public static FactText Of(Edit edit, string? wording = null)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var (prompt, answer) = ((wording ?? edit.Prompt).TrimEnd(), edit.Object.Trim());
        if (prompt.Length == 0) throw new InvalidDataException($"edit {edit.Id}: prompt is empty; give a non-blank \"prompt\"");
        if (answer.Length == 0) throw new InvalidDataException($"edit {edit.Id}: object is empty; give a non-blank \"object\"");
        // An object that closes its own sentence ("Washington, D.C.") needs no second full stop.
        var stop = answer[^1] is '.' or '!' or '?' ? "" : ".";
        var found = SubjectSpan.Find(prompt, edit.Subject);
        TextSpan? subject = found.Kind is SubjectMatchKind.Absent ? null : new TextSpan(found.Start, found.End);
        return new FactText($"{prompt} {answer}{stop}", new TextSpan(0, prompt.Length), subject, Rest(prompt, subject), new TextSpan(prompt.Length + 1, prompt.Length + 1 + answer.Length));
    }

    /// <summary>The same fact after an unrelated sentence; every span moves along.</summary>
    public FactText After(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var before = prefix.Trim();
        if (before.Length == 0) return this;
        var by = before.Length + 1;
        return new FactText($"{before} {Text}", Prompt.Shifted(by), Subject?.Shifted(by), [.. Relation.Select(r => r.Shifted(by))], Object.Shifted(by));
    }

    /// <summary>The characters of a span.</summary>
    public string this[TextSpan span] => Text[span.Start..span.End];

    private static IReadOnlyList<TextSpan> Rest(string prompt, TextSpan? subject)
    {
        if (subject is not { } s) return [Trimmed(prompt, new TextSpan(0, prompt.Length))];
        return [.. new[] { Trimmed(prompt, new TextSpan(0, s.Start)), Trimmed(prompt, new TextSpan(s.End, prompt.Length)) }.Where(p => p.Length > 0)];
    }

    private static TextSpan Trimmed(string text, TextSpan span)
    {
        var (start, end) = (span.Start, span.End);
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return new TextSpan(start, end);
    }
}
