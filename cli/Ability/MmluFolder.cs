using System.Globalization;
using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Cli.Ability;

/// <summary>
/// MMLU: a CSV file a subject, with a question, four choices and the right one by letter or by number, with or without a header. Questions come from <c>test</c> (or <c>val</c>), each after its subject's five from <c>dev</c>; where there is
/// only <c>dev</c>, each of its questions comes after the others of its subject.
/// </summary>
internal static class MmluFolder
{
    private const string Letters = "ABCD";

    /// <summary>The folder that holds dev, test or val; null where there is none.</summary>
    public static string? Find(string folder) => new[] { Path.Combine(folder, "mmlu"), folder }.FirstOrDefault(f => new[] { "dev", "test", "val" }.Any(p => Files(f, p).Length > 0));

    /// <exception cref="InvalidDataException">A line is broken; the message names file and line.</exception>
    public static IEnumerable<AbilityItem> Read(string folder)
    {
        var dev = Files(folder, "dev").ToDictionary(f => Subject(f, "dev"), ReadFile, StringComparer.Ordinal);
        var asked = new[] { "test", "val" }.FirstOrDefault(p => Files(folder, p).Length > 0);
        foreach (var file in Files(folder, asked ?? "dev"))
        {
            var subject = Subject(file, asked ?? "dev");
            var questions = asked is null ? dev[subject] : ReadFile(file);
            for (var i = 0; i < questions.Count; i++)
            {
                var shown = dev.GetValueOrDefault(subject, []).Where((_, k) => asked is not null || k != i);
                IReadOnlyList<string> examples = [$"These are questions about {subject.Replace('_', ' ')}, each with its right answer.\n\n", .. shown.Select(q => $"{q.Prompt} {q.Answer}\n\n")];
                yield return new AbilityItem(AbilityTask.Mmlu, questions[i].Prompt, questions[i].Answer, [.. Letters.Select(l => l.ToString())], examples);
            }
        }
    }

    private static string[] Files(string folder, string part) =>
        Directory.Exists(Path.Combine(folder, part)) ? [.. Directory.GetFiles(Path.Combine(folder, part), "*.csv").Order(StringComparer.Ordinal)] : [];

    private static string Subject(string file, string part)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return name.EndsWith("_" + part, StringComparison.Ordinal) ? name[..^(part.Length + 1)] : name;
    }

    private static List<(string Prompt, string Answer)> ReadFile(string file)
    {
        var questions = new List<(string, string)>();
        foreach (var (line, cells) in CsvLines.Read(file))
        {
            if (cells.Count != 6) throw new InvalidDataException($"{file}, line {line} has {cells.Count} fields; give six: the question, four choices and the right one");
            if (questions.Count == 0 && cells[0].Equals("question", StringComparison.OrdinalIgnoreCase) && !TryAnswer(cells[5], out _)) continue;
            if (!TryAnswer(cells[5], out var answer)) throw new InvalidDataException($"{file}, line {line}: the right choice is \"{cells[5]}\"; give A, B, C or D, or 0 to 3");
            if (cells.Take(5).Any(string.IsNullOrWhiteSpace)) throw new InvalidDataException($"{file}, line {line} has an empty field; give the question and four choices");
            questions.Add(($"Question: {cells[0].Trim()}\n{string.Concat(Letters.Select((l, i) => $"{l}. {cells[i + 1].Trim()}\n"))}Answer:", answer));
        }

        return questions;
    }

    private static bool TryAnswer(string cell, out string letter)
    {
        var said = cell.Trim();
        letter = said.Length == 1 && Letters.Contains(said[0]) ? said : int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < Letters.Length ? Letters[place].ToString() : "";
        return letter.Length > 0;
    }
}
