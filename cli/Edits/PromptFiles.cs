using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.Cli.Edits;

/// <summary>Files of prompts and probes that users give: what cannot be read is left out and said, never silently.</summary>
internal static class PromptFiles
{
    public static IReadOnlyList<GeneralPrompt> Read(string path, IProgress<string> notes, CancellationToken cancellationToken = default) =>
        Told(path, notes, report => PromptFile.Read(path, report, cancellationToken));

    public static IReadOnlyList<Probe> ReadProbes(string path, IProgress<string> notes) => Told(path, notes, report => PromptFile.ReadProbes(path, report: report));

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadTemplates(string path, IProgress<string> notes)
    {
        var bad = new List<string>();
        var found = TemplateFile.Read(path, (file, problem) => bad.Add($"{file}, {problem}"));
        if (bad.Count > 0) notes.Report($"{bad.Count} {(bad.Count == 1 ? "row" : "rows")} of {path} left out; the first: {bad[0]}");
        return found;
    }

    private static IReadOnlyList<T> Told<T>(string path, IProgress<string> notes, Func<Action<RowProblem>, IReadOnlyList<T>> read)
    {
        var bad = new List<RowProblem>();
        var found = read(bad.Add);
        if (bad.Count > 0) notes.Report($"{bad.Count} {(bad.Count == 1 ? "row" : "rows")} of {path} left out; the first: {bad[0]}");
        return found;
    }
}
