namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>What is wrong with a row, and what to do about it.</summary>
/// <param name="Row">The row of the request, file or stream, from 1.</param>
/// <param name="Field">The field at fault.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Remedy">What to do.</param>
public sealed record EditProblem(long Row, string Field, string Problem, string Remedy)
{
    public override string ToString() => $"edit {Row}: {Field} {Problem}; {Remedy}";
}

/// <summary>What an edit must be like to be recorded.</summary>
internal static class EditRules
{
    private const int LongestName = 1000;
    private const int LongestText = 10_000;
    private const int MostTexts = 100;

    /// <summary>The first thing wrong with an edit; null when nothing is.</summary>
    public static EditProblem? Check(NewEdit edit, long row)
    {
        return (edit.Unreadable is { } unreadable ? unreadable with { Row = row } : null)
            ?? Needed("subject", edit.Subject, LongestName)
            ?? Needed("object", edit.Object, LongestName)
            ?? Needed("prompt", edit.Prompt, LongestText)
            ?? Text("relation", edit.Relation, LongestName)
            ?? Text("oldObject", edit.OldObject, LongestName)
            ?? Text("clientKey", edit.ClientKey, LongestName)
            ?? Text("source", edit.Source, LongestText)
            ?? Text("reason", edit.Reason, LongestText)
            ?? Text("externalId", edit.ExternalId, LongestName)
            ?? Texts("wordings", edit.Wordings, text => text)
            ?? Texts("paraphrases", edit.Paraphrases, text => text)
            ?? Texts("locality", edit.Locality, probe => probe.Prompt)
            ?? Texts("locality", edit.Locality, probe => probe.Answer)
            ?? (edit.ValidUntil <= edit.ValidFrom ? new EditProblem(row, "validUntil", "is not after validFrom", "give a later moment, or leave it out") : null);

        EditProblem? Needed(string field, string? value, int longest) =>
            string.IsNullOrWhiteSpace(value) ? new EditProblem(row, field, "is empty", $"give a non-blank \"{field}\"") : Text(field, value, longest);

        EditProblem? Text(string field, string? value, int longest)
        {
            if (value is null) return null;
            if (value.Length > longest) return new EditProblem(row, field, $"has {value.Length} characters", $"shorten it to {longest}");
            // Postgres can store neither.
            if (value.Contains('\0')) return new EditProblem(row, field, "holds a NUL character", "remove it");
            return HasLoneSurrogate(value) ? new EditProblem(row, field, "holds half a character (a lone surrogate)", "send valid UTF-8") : null;
        }

        EditProblem? Texts<T>(string field, IReadOnlyList<T> values, Func<T, string?> text)
        {
            if (values.Count > MostTexts) return new EditProblem(row, field, $"has {values.Count} entries", $"give at most {MostTexts}");
            for (var i = 0; i < values.Count; i++)
                if (Needed(field, text(values[i]), LongestText) is { } problem) return problem;
            return null;
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }

        return false;
    }
}
