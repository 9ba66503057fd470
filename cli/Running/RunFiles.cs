using MindBridge.Cli.Edits;
using MindBridge.Memory.Edits;
using MindBridge.Memory.FactTexts;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.Cli.Running;

/// <summary>An edit file as a run takes it. The file's paraphrases and locality prompts become probes, never training text.</summary>
internal static class RunFiles
{
    /// <summary>Reads, resolves and splits.</summary>
    /// <param name="editsPath">Any edit file we read.</param>
    /// <param name="outOfScopePath">Prompts that must stay as they are; a part of them scores. Null makes do with what the file has.</param>
    /// <param name="limit">Use the first so many edits; null for all.</param>
    /// <param name="seed">Decides the split.</param>
    /// <param name="notes">Told what was left out, and why.</param>
    /// <param name="templatesPath">More wordings of relations; null for those that the edits show.</param>
    /// <exception cref="InvalidDataException">No row is usable.</exception>
    public static EditingRunData Read(string editsPath, string? outOfScopePath, int? limit, long seed, IProgress<string> notes, string? templatesPath = null)
    {
        if (limit is < 1) throw new ArgumentException($"limit {limit} leaves no edit; give at least 1");
        var file = EditFile.Read(editsPath);
        var set = EditSet.Resolve(file);
        if (file.BadRows.Count > 0) notes.Report($"{file.BadRows.Count} rows of {editsPath} were left out; `mindbridge edits check` names them");
        if (set.Conflicts.Count > 0) notes.Report($"{set.Conflicts.Count} conflicts: the last edit of a subject and relation stands");
        var settings = new SplitSettings { Seed = (int)(seed % int.MaxValue), Limit = limit };
        if (templatesPath is not null) settings = settings with { Templates = PromptFiles.ReadTemplates(templatesPath, notes) };
        var split = Splitter.Make(set, settings, outOfScopePath is null ? null : PromptFiles.Read(outOfScopePath, notes));
        foreach (var (reason, count) in split.LeftOut) notes.Report($"left out: {count} {reason}");
        return new EditingRunData
        {
            Edits = split.Edits,
            OutOfScope = split.OutOfScope,
            Prefixes = GeneralPrompts.Prefixes,
            Validation = split.Validation,
            Probes = split.Probes,
            Known = [.. split.Edits.Where(e => !string.IsNullOrWhiteSpace(e.OldObject)).Select(e => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = e.Prompt, Answer = e.OldObject! })],
        };
    }
}
