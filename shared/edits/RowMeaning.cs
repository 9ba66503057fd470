using System.Text.Json;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Edits;

/// <summary>
/// What the fields of the known formats mean: our own, CounterFact as EasyEdit flattens it, CounterFact as ROME wrote it, ZsRE as MEND wrote it, ZsRE
/// flattened. Paraphrases and locality prompts become probes and nothing else; only an explicit "wordings" field may train.
/// </summary>
internal static class RowMeaning
{
    private static readonly string[] ParaphraseFields = ["paraphrases", "paraphrase", "paraphrase_prompts", "paraphrase_prompt", "rephrase_prompt", "rephrase_prompts", "rephrase", "rephrases"];

    public static EditFormat FormatOf(RowFields row) =>
        row.Has("requested_rewrite") ? EditFormat.CounterFact
        : row.Has("src") ? EditFormat.Mend
        : row.Has("locality_prompt") || row.Has("rephrase_prompt") ? (row.Has("cond") ? EditFormat.ZsreFlat : EditFormat.CounterFactFlat)
        : EditFormat.Own;

    /// <summary>The row's edit and probes.</summary>
    /// <exception cref="RowException">The row cannot be taken.</exception>
    public static EditRecord Read(Row row, Action<RowProblem> warn)
    {
        var fields = new RowFields(row);
        var edit = FormatOf(fields) switch
        {
            EditFormat.CounterFact => Nested(fields, row),
            EditFormat.Mend => Mend(fields, row),
            _ => Flat(fields, row),
        };
        if (NormalisedText.Same(edit.Object, edit.OldObject ?? "") && edit.OldObject is not null)
            warn(new RowProblem(row.Number, row.Line, "object", RowProblem.Shown(edit.Object), "equals the old object", "the edit was kept; it changes nothing", IsWarning: true));
        if (SubjectSpan.Find(edit.Prompt, edit.Subject).Kind is SubjectMatchKind.Absent)
            warn(new RowProblem(row.Number, row.Line, "subject", RowProblem.Shown(edit.Subject), $"does not occur in the prompt \"{RowProblem.Shown(edit.Prompt)}\"", "the edit was kept; the whole prompt stands for subject and relation", IsWarning: true));
        return new EditRecord(edit, Probes(fields, edit), row.Number, row.Line);
    }

    private static Edit Flat(RowFields row, Row at)
    {
        var subject = row.Required("subject", "subject");
        return new Edit
        {
            Id = row.Optional("id", "case_id") ?? $"record-{at.Number}",
            Subject = subject,
            Relation = row.Optional("relation", "relation_id"),
            Object = row.Required("object", "object", "target_new", "new_object", "alt"),
            Prompt = Filled(row.Required("prompt", "prompt", "question"), subject),
            OldObject = row.Optional("old", "old_object", "ground_truth", "target_true", "target_old"),
            Wordings = [.. row.Texts("wordings").Select(w => Filled(w, subject))],
        };
    }

    private static Edit Mend(RowFields row, Row at)
    {
        var subject = row.Required("subject", "subject");
        // "alt" is the target of the edit, "answers" the truth, "pred" what some model said; without "alt" the truth is the target, as ROME reads these files.
        var hasTarget = row.Optional("alt") is not null || row.Has("alt");
        return new Edit
        {
            Id = row.Optional("id", "case_id") ?? $"record-{at.Number}",
            Subject = subject,
            Relation = row.Optional("relation", "relation_id"),
            Object = hasTarget ? row.Required("alt", "alt") : row.Required("alt", "answers", "target_new"),
            Prompt = Filled(row.Required("src", "src"), subject),
            OldObject = hasTarget ? row.Optional("answers", "pred") : row.Optional("pred"),
            Wordings = [.. row.Texts("wordings").Select(w => Filled(w, subject))],
        };
    }

    private static Edit Nested(RowFields row, Row at)
    {
        var rewrite = row.Element("requested_rewrite");
        if (rewrite.ValueKind is JsonValueKind.Array && rewrite.GetArrayLength() > 0) rewrite = rewrite[0];
        if (rewrite.ValueKind is not JsonValueKind.Object) throw new RowException("requested_rewrite", RowFields.Raw(rewrite), "is not an object", "give {\"prompt\", \"subject\", \"target_new\"}");
        var inner = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in rewrite.EnumerateObject()) inner[Row.NameOf(property.Name)] = property.Value;
        var fields = new RowFields(at with { Fields = inner });
        var subject = fields.Required("subject", "subject");
        return new Edit
        {
            Id = row.Optional("case_id", "id") ?? $"record-{at.Number}",
            Subject = subject,
            Relation = fields.Optional("relation_id", "relation"),
            Object = fields.Required("target_new", "target_new"),
            Prompt = Filled(fields.Required("prompt", "prompt"), subject),
            OldObject = fields.Optional("target_true", "ground_truth"),
            Wordings = [.. row.Texts("wordings").Select(w => Filled(w, subject))],
        };
    }

    private static List<Probe> Probes(RowFields row, Edit edit)
    {
        Probe Of(ProbeKind kind, string prompt, string answer, string? old) => new() { Kind = kind, Prompt = prompt, Answer = answer, OldAnswer = old, EditId = edit.Id };

        var probes = new List<Probe> { Of(ProbeKind.Reliability, edit.Prompt, edit.Object, edit.OldObject) };
        foreach (var prompt in row.Texts(ParaphraseFields)) probes.Add(Of(ProbeKind.Generality, Filled(prompt, edit.Subject), edit.Object, edit.OldObject));

        // What was true of a neighbour before must stay: CounterFact's neighbours share the edit's old object.
        foreach (var (prompt, answer) in Pairs(row, ["locality_prompt", "loc", "locality_prompts"], ["locality_ground_truth", "loc_ans", "locality_answer", "locality_answers"]))
            probes.Add(Of(ProbeKind.LocalityNeighbour, prompt, answer ?? edit.OldObject ?? "", null));
        foreach (var (prompt, answer, _) in Nested(row, "neighborhood_prompts", "neighbourhood_prompts"))
            probes.Add(Of(ProbeKind.LocalityNeighbour, prompt, answer ?? edit.OldObject ?? "", null));
        foreach (var (prompt, answer, kind) in Nested(row, "locality"))
            probes.Add(Of(kind, prompt, answer ?? edit.OldObject ?? "", null));
        foreach (var (prompt, answer, _) in Nested(row, "same_subject"))
            probes.Add(Of(ProbeKind.LocalitySameSubject, prompt, answer ?? "", null));
        foreach (var (prompt, answer, _) in Nested(row, "portability"))
            probes.Add(Of(ProbeKind.Portability, Filled(prompt, edit.Subject), answer ?? edit.Object, null));
        return [.. probes.DistinctBy(p => (p.Kind, p.Prompt))];
    }

    // Parallel fields: one prompt and one answer, or a list of each.
    private static IEnumerable<(string Prompt, string? Answer)> Pairs(RowFields row, string[] prompts, string[] answers)
    {
        var (asked, told) = (row.Texts(prompts), row.Texts(answers));
        for (var i = 0; i < asked.Count; i++) yield return (asked[i], i < told.Count ? told[i] : told.Count == 1 ? told[0] : null);
    }

    // A list of texts or of {prompt, answer}, or groups of such lists by name, as in KnowEdit's files.
    private static IEnumerable<(string Prompt, string? Answer, ProbeKind Kind)> Nested(RowFields row, params ReadOnlySpan<string> names) =>
        row.First(names) is { } name ? Walk(row.Element(name), name, ProbeKind.LocalityNeighbour) : [];

    private static IEnumerable<(string Prompt, string? Answer, ProbeKind Kind)> Walk(JsonElement value, string field, ProbeKind kind)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                if (RowFields.TextOf(value, field) is { Length: > 0 } text) yield return (text, null, kind);
                break;
            case JsonValueKind.Array:
                foreach (var found in value.EnumerateArray().SelectMany(v => Walk(v, field, kind))) yield return found;
                break;
            case JsonValueKind.Object when value.TryGetProperty("prompt"u8, out var prompt):
                if (RowFields.TextOf(prompt, field) is { Length: > 0 } asked)
                    yield return (asked, AnswerOf(value, field), KindOf(value, kind));
                break;
            case JsonValueKind.Object:
                foreach (var group in value.EnumerateObject())
                    foreach (var found in Walk(group.Value, field, KindNamed(group.Name, kind))) yield return found;
                break;
            case JsonValueKind.Null:
                break;
            default:
                throw new RowException(field, RowFields.Raw(value), "is no list of prompts", "give [{\"prompt\", \"answer\"}, ...]");
        }
    }

    private static string? AnswerOf(JsonElement value, string field)
    {
        foreach (var name in (ReadOnlySpan<string>)["answer", "ground_truth", "target", "target_true"])
            if (value.TryGetProperty(name, out var answer) && InnerText(answer, field) is { Length: > 0 } text) return text;
        return null;
    }

    // KnowEdit nests answers as [["a", "alias"]].
    private static string? InnerText(JsonElement value, string field)
    {
        while (value.ValueKind is JsonValueKind.Array && value.GetArrayLength() > 0) value = value[0];
        return RowFields.TextOf(value, field);
    }

    private static ProbeKind KindOf(JsonElement value, ProbeKind otherwise) =>
        value.TryGetProperty("kind"u8, out var kind) && kind.ValueKind is JsonValueKind.String ? KindNamed(kind.GetString()!, otherwise) : otherwise;

    private static ProbeKind KindNamed(string name, ProbeKind otherwise)
    {
        var plain = string.Concat(name.Where(char.IsLetter)).ToLowerInvariant();
        return plain switch
        {
            "samesubject" or "relationspecificity" or "localitysamesubject" => ProbeKind.LocalitySameSubject,
            "heldout" or "unrelated" or "localityheldout" => ProbeKind.LocalityHeldOut,
            _ => otherwise,
        };
    }

    // ROME writes the subject's place as {}; the other formats write the subject.
    private static string Filled(string prompt, string subject) => prompt.Contains("{}", StringComparison.Ordinal) ? prompt.Replace("{}", subject, StringComparison.Ordinal) : prompt;
}
