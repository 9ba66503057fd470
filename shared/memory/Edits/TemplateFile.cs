using System.Text.Json;
using System.Text.RegularExpressions;

namespace MindBridge.Memory.Edits;

/// <summary>
/// Reads templates of relations: the wordings in which a relation may be asked of any subject. JSON lines with "template" (<c>{} was born in</c>) or, as ParaRel writes them, "pattern"
/// (<c>[X] was born in [Y].</c>), and "relation"; without one the file's name is the relation, so a folder of <c>P19.jsonl</c>, <c>P20.jsonl</c>, ... will do.
/// </summary>
public static partial class TemplateFile
{
    private const string Subject = "[X]";
    private const string Object = "[Y]";

    /// <summary>Reads a file, or all <c>.jsonl</c> files of a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="report">Told every row that cannot be used, with its file.</param>
    /// <returns>By relation: templates with <c>{}</c> in the subject's place, each once, in the order of the files' names and lines. Patterns whose object does not end the sentence ask
    /// nothing and are passed over without a word.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">There is no usable template; the message tells the first reason.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string path, Action<string, RowProblem>? report = null)
    {
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        string? first = null;
        foreach (var file in FilesOf(path))
        {
            long line = 0;
            foreach (var text in File.ReadLines(file))
            {
                line++;
                if (string.IsNullOrWhiteSpace(text)) continue;
                if (Problem(text, Path.GetFileNameWithoutExtension(file), line, found) is not { } problem) continue;
                first ??= $"{file}, {problem}";
                report?.Invoke(file, problem);
            }
        }

        return found.Count > 0
            ? found.ToDictionary(f => f.Key, IReadOnlyList<string> (f) => f.Value, StringComparer.Ordinal)
            : throw new InvalidDataException($"{path} holds no template that can be asked{(first is null ? "" : $"; {first}")}. Give JSON lines with \"relation\" and \"template\" (\"{{}} was born in\") or \"pattern\" (\"[X] was born in [Y].\")");
    }

    // Null when the row was taken, or is a pattern that asks nothing.
    private static RowProblem? Problem(string text, string relation, long line, SortedDictionary<string, List<string>> found)
    {
        JsonElement row;
        try
        {
            row = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return new RowProblem(line, line, "", RowProblem.Shown(text), "is no JSON", "give one JSON object a line");
        }

        if (row.ValueKind is not JsonValueKind.Object) return new RowProblem(line, line, "", RowProblem.Shown(text), "is no JSON object", "give one JSON object a line");
        relation = TextOf(row, "relation") ?? relation;
        string template;
        if (TextOf(row, "template") is { } own) template = own;
        else if (TextOf(row, "pattern") is { } pattern)
        {
            pattern = SpaceBeforeStop().Replace(pattern, "$1").TrimEnd('.', ' ');
            if (!pattern.EndsWith(Object, StringComparison.Ordinal)) return null;
            template = pattern[..^Object.Length].Replace(Subject, RelationTemplates.Place, StringComparison.Ordinal);
        }
        else return new RowProblem(line, line, "template", "", "is missing", "give \"template\" or \"pattern\" as a text");

        template = template.Trim();
        if (template.Split(RelationTemplates.Place).Length != 2 || template.Length == RelationTemplates.Place.Length)
            return new RowProblem(line, line, "template", RowProblem.Shown(template), "does not name its subject once, with words around it", "write {} (in a \"pattern\" [X]) where the subject stands");
        if (!found.TryGetValue(relation, out var templates)) found[relation] = templates = [];
        if (!templates.Contains(template, StringComparer.Ordinal)) templates.Add(template);
        return null;
    }

    private static string? TextOf(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static IReadOnlyList<string> FilesOf(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file or folder; give a file of templates, or a folder of RELATION.jsonl files");
        var files = Directory.GetFiles(path, "*.jsonl").Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? files : throw new InvalidDataException($"{path} holds no .jsonl file; give a folder of RELATION.jsonl files, or the file itself");
    }

    [GeneratedRegex(@"\s+([.,])")]
    private static partial Regex SpaceBeforeStop();
}
