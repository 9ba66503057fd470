using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MindBridge.Memory.Edits;

namespace MindBridge.Cli.Edits;

/// <summary><c>mindbridge edits check FILE</c>: what a file holds, and what is wrong with it.</summary>
internal static class EditsCheckCommand
{
    private static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var path = new Argument<string>("FILE") { Description = "The edit file" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: counts, every bad row, every conflict" };
        var most = new Option<int>("--show") { Description = "How many bad rows, warnings and conflicts to print", DefaultValueFactory = _ => 10 };
        var command = new Command("check", """
            Read an edit file, resolve its conflicts, and tell what it holds: edits, conflicts, duplicates, bad rows with their lines.

            Formats, told by content:
              JSON lines   {"subject","prompt","object"} and, as far as known, "relation", "id", "old", "wordings" (may train),
                           "paraphrases", "locality": [{"prompt","answer"}], "same_subject", "portability" (only score)
              CounterFact  as ROME wrote it (requested_rewrite), or flattened (target_new, rephrase_prompt, locality_prompt)
              ZsRE         as MEND wrote it (src, alt, answers, rephrase, loc), or flattened
              CSV          a header row with the names above; a cell may hold a JSON array
            JSON may be an array or one object a line.

            Two edits conflict when they give one subject and relation (or one prompt) different objects; the later one stands.
            Questions of one subject with one old answer count as one relation where no relation is named.

            Exit code 0 when some edit is usable, 2 when none is.

            Examples:
              mindbridge edits check counterfact.json
              mindbridge edits check edits.csv --json
            """)
        {
            path, json, most,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var file = EditFile.Read(parsed.GetRequiredValue(path), cancellationToken);
            var set = EditSet.Resolve(file);
            if (parsed.GetValue(json)) WriteJson(file, set);
            else Write(file, set, Math.Max(0, parsed.GetValue(most)));
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Write(EditFile file, EditSet set, int most)
    {
        var probes = set.Probes.GroupBy(p => p.Kind).OrderBy(g => g.Key).ToList();
        var relations = set.Edits.Where(e => e.Relation is not null).Select(e => e.Relation).Distinct(StringComparer.Ordinal).Count();
        Say($"{file.Path}: {NameOf(file.Format)}, {NameOf(file.Syntax)}");
        Say($"  {file.Records.Count + file.BadRows.Count,8:N0} rows");
        Say($"  {set.Records.Count,8:N0} edits of {set.Edits.Select(e => NormalisedText.Fold(e.Subject)).Distinct(StringComparer.Ordinal).Count():N0} subjects{(relations > 0 ? $", {relations:N0} relations" : "")}");
        Say($"  {set.Conflicts.Count,8:N0} conflicts: the last edit stands, {set.Conflicts.Sum(c => c.Superseded.Count):N0} earlier ones are left out");
        Say($"  {set.Duplicates.Count,8:N0} duplicates, dropped");
        Say($"  {file.BadRows.Count,8:N0} bad rows, left out");
        Say($"  {file.Warnings.Count,8:N0} warnings, kept");
        foreach (var kind in probes) Say($"  {kind.Count(),8:N0} {kind.Key} probes");
        List("Bad rows", file.BadRows, most, p => p.ToString());
        List("Warnings", file.Warnings, most, p => p.ToString());
        List("Conflicts", set.Conflicts, most, c => $"line {c.Kept.Line}: \"{Shown(c.Kept.Edit.Prompt)}\" -> \"{Shown(c.Kept.Edit.Object)}\" stands over {string.Join(", ", c.Superseded.Take(3).Select(s => $"line {s.Line} \"{Shown(s.Edit.Object)}\""))}{(c.Superseded.Count > 3 ? $" and {c.Superseded.Count - 3} more" : "")}");
        List("Duplicates", set.Duplicates, most, d => $"line {d.Dropped.Line} says what line {d.Kept.Line} says: \"{Shown(d.Dropped.Edit.Prompt)}\" -> \"{Shown(d.Dropped.Edit.Object)}\"");
    }

    private static void WriteJson(EditFile file, EditSet set) => Console.Out.WriteLine(JsonSerializer.Serialize(
        new
        {
            file = file.Path,
            sha256 = file.Hash,
            format = file.Format.ToString(),
            syntax = file.Syntax.ToString(),
            rows = file.Records.Count + file.BadRows.Count,
            edits = set.Records.Count,
            subjects = set.Edits.Select(e => NormalisedText.Fold(e.Subject)).Distinct(StringComparer.Ordinal).Count(),
            relations = set.Edits.Where(e => e.Relation is not null).Select(e => e.Relation).Distinct(StringComparer.Ordinal).Count(),
            conflicts = set.Conflicts.Count,
            superseded = set.Conflicts.Sum(c => c.Superseded.Count),
            duplicates = set.Duplicates.Count,
            badRows = file.BadRows.Count,
            warnings = file.Warnings.Count,
            probes = set.Probes.CountBy(p => p.Kind.ToString()).OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
            problems = file.BadRows.Concat(file.Warnings).OrderBy(p => p.Line).Select(p => new { p.Line, p.Record, p.Field, p.Value, p.Problem, p.Remedy, severity = p.IsWarning ? "warning" : "error" }),
            conflictList = set.Conflicts.Select(c => new { subject = c.Kept.Edit.Subject, c.Kept.Edit.Relation, kept = Place(c.Kept), superseded = c.Superseded.Select(Place) }),
            duplicateList = set.Duplicates.Select(d => new { kept = Place(d.Kept), dropped = Place(d.Dropped) }),
        },
        OneLine));

    private static object Place(EditRecord record) => new { record.Edit.Id, record.Line, record.Edit.Prompt, record.Edit.Object };

    private static void List<T>(string title, IReadOnlyList<T> items, int most, Func<T, string> text)
    {
        if (items.Count == 0 || most == 0) return;
        Console.Out.WriteLine();
        Console.Out.WriteLine(items.Count > most ? $"{title} (the first {most} of {items.Count}; --show N or --json for more):" : $"{title}:");
        foreach (var item in items.Take(most)) Console.Out.WriteLine($"  {text(item)}");
    }

    private static string NameOf(EditFormat format) => format switch
    {
        EditFormat.CounterFact => "CounterFact (ROME)",
        EditFormat.CounterFactFlat => "CounterFact (flattened)",
        EditFormat.Mend => "ZsRE (MEND)",
        EditFormat.ZsreFlat => "ZsRE (flattened)",
        _ => "MindBridge edits",
    };

    private static string NameOf(EditSyntax syntax) => syntax switch
    {
        EditSyntax.JsonArray => "JSON array",
        EditSyntax.JsonObjects => "JSON objects",
        EditSyntax.Csv => "CSV",
        _ => "JSON lines",
    };

    private static string Shown(string text) => RowProblem.Shown(text);

    private static void Say(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
