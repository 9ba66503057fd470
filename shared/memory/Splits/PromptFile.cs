using System.Text.Json;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>
/// Reads files of prompts: out-of-scope prompts, validation and test probes. One JSON object a line (or an array, or CSV) with "prompt", and as far as known "answer",
/// "subject", "id" and "kind"; or plain text, one prompt a line; or a whole edit file, whose prompts are then taken as they are.
/// </summary>
public static class PromptFile
{
    /// <summary>Reads out-of-scope prompts.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no prompt; the message tells the first reason.</exception>
    public static IReadOnlyList<GeneralPrompt> Read(string path, Action<RowProblem>? report = null, CancellationToken cancellationToken = default)
    {
        var found = new List<GeneralPrompt>();
        RowProblem? first = null;
        foreach (var row in RowsOf(path, cancellationToken))
        {
            if (row.Fields is null)
            {
                first ??= row.Problem;
                report?.Invoke(row.Problem!);
                continue;
            }

            try
            {
                var fields = new RowFields(row);
                var subject = fields.Optional("subject");
                if (fields.Has("requested_rewrite") || fields.Has("src"))
                {
                    var edit = RowMeaning.Read(row, _ => { }).Edit;
                    found.Add(new GeneralPrompt(edit.Prompt, edit.OldObject, edit.Subject, edit.Id));
                    continue;
                }

                var prompt = fields.Required("prompt", "prompt", "question", "text");
                if (subject is not null) prompt = prompt.Replace("{}", subject, StringComparison.Ordinal);
                found.Add(new GeneralPrompt(prompt, fields.Optional("answer", "ground_truth", "old", "target_true", "object"), subject, fields.Optional("id", "case_id"))
                {
                    Wordings = [.. fields.Texts("wordings").Select(w => subject is null ? w : w.Replace("{}", subject, StringComparison.Ordinal))],
                });
            }
            catch (RowException e)
            {
                first ??= e.At(row);
                report?.Invoke(e.At(row));
            }
        }

        return found.Count > 0 ? found : throw new InvalidDataException($"{path} holds no prompt{(first is null ? "" : $"; {first}")}. Give one prompt a line, or JSON lines with \"prompt\" (and \"answer\", \"subject\")");
    }

    /// <summary>
    /// Reads probes. The kind is the row's "kind" (Reliability, Generality, LocalityNeighbour, LocalityHeldOut, LocalitySameSubject, Portability, or rel, gen, loc, port),
    /// else told by its "source", else <paramref name="otherwise"/>. Of an edit file the rows' own probes are taken.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no probe; the message tells the first reason.</exception>
    public static IReadOnlyList<Probe> ReadProbes(string path, ProbeKind otherwise = ProbeKind.LocalityHeldOut, Action<RowProblem>? report = null, CancellationToken cancellationToken = default)
    {
        var found = new List<Probe>();
        RowProblem? first = null;
        foreach (var row in RowsOf(path, cancellationToken))
        {
            if (row.Fields is null)
            {
                first ??= row.Problem;
                report?.Invoke(row.Problem!);
                continue;
            }

            try
            {
                found.AddRange(ProbesOf(row, otherwise));
            }
            catch (RowException e)
            {
                first ??= e.At(row);
                report?.Invoke(e.At(row));
            }
        }

        return found.Count > 0 ? found : throw new InvalidDataException($"{path} holds no probe{(first is null ? "" : $"; {first}")}. Give JSON lines with \"prompt\", \"answer\" and \"kind\", or an edit file");
    }

    private static IEnumerable<Probe> ProbesOf(Row row, ProbeKind otherwise)
    {
        var fields = new RowFields(row);
        // "object" is how our own edits say it; rows with "target_new" are edits or paraphrases of them, and only the former bring probes.
        var isEdit = fields.Has("requested_rewrite") || fields.Has("src")
            || (fields.Has("prompt") && fields.Has("subject") && fields.First("kind", "source", "answer") is null
                && (fields.Has("object") || (fields.Has("target_new") && fields.First("rephrase_prompt", "paraphrases", "paraphrase_prompts", "locality", "locality_prompt") is not null)));
        if (isEdit) return RowMeaning.Read(row, _ => { }).Probes;
        var kind = KindOf(fields, otherwise);
        return
        [
            new Probe
            {
                Kind = kind,
                Prompt = fields.Required("prompt", "prompt", "question"),
                Answer = fields.Optional("answer", "target_new", "object", "ground_truth") ?? "",
                OldAnswer = fields.Optional("old", "old_answer", "target_true"),
                EditId = fields.Optional("edit_id", "editid", "case_id", "id"),
            },
        ];
    }

    private static ProbeKind KindOf(RowFields fields, ProbeKind otherwise)
    {
        var given = fields.Optional("kind", "source");
        if (given is null) return fields.First("target_new", "object") is not null ? ProbeKind.Generality : otherwise;
        var plain = string.Concat(given.Where(char.IsLetter)).ToLowerInvariant();
        if (plain.Contains("samesubject", StringComparison.Ordinal)) return ProbeKind.LocalitySameSubject;
        if (plain.Contains("neighbo", StringComparison.Ordinal)) return ProbeKind.LocalityNeighbour;
        if (plain.Contains("heldout", StringComparison.Ordinal) || plain.Contains("knownfact", StringComparison.Ordinal) || plain is "loc" or "locality") return ProbeKind.LocalityHeldOut;
        return plain switch
        {
            "rel" or "reliability" or "edit" => ProbeKind.Reliability,
            "gen" or "generality" or "paraphrase" or "rephrase" => ProbeKind.Generality,
            "port" or "portability" => ProbeKind.Portability,
            _ => fields.Has("kind")
                ? throw new RowException("kind", given, "is no kind of probe", "give Reliability, Generality, LocalityNeighbour, LocalityHeldOut, LocalitySameSubject or Portability")
                : otherwise,
        };
    }

    private static IEnumerable<Row> RowsOf(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; give the file itself");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file; give a file of prompts");
        EditFileReader reader;
        try
        {
            reader = new EditFileReader(path, plainText: true);
        }
        catch (InvalidDataException)
        {
            return [];
        }

        return reader.Rows(cancellationToken);
    }
}

/// <summary>A prompt that no edit is about.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Answer">What is true, when known.</param>
/// <param name="Subject">What it is about, when known.</param>
/// <param name="Id">Its source's name for it, when there is one.</param>
public sealed record GeneralPrompt(string Prompt, string? Answer = null, string? Subject = null, string? Id = null)
{
    /// <summary>Other ways to ask the same, for training.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];
}
