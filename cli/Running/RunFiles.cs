using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.Cli.Running;

/// <summary>An edit file as a run takes it. The file's paraphrases and locality prompts become probes, never training text.</summary>
internal sealed record RunFiles(EditingRunData Data, int Edits, int Probes)
{
    private const int MostOutOfScope = 3000;

    /// <summary>Reads edits and out-of-scope prompts.</summary>
    /// <param name="editsPath">Any edit file we read.</param>
    /// <param name="outOfScopePath">Lines with a "prompt" that training may use; null takes the prompts of the records that <paramref name="limit"/> leaves over.</param>
    /// <param name="limit">Use the first so many edits; null for all.</param>
    /// <param name="seed">Draws among more out-of-scope prompts than are useful.</param>
    /// <param name="notes">Told what was left out.</param>
    public static RunFiles Read(string editsPath, string? outOfScopePath, int? limit, long seed, IProgress<string> notes)
    {
        if (limit is < 1) throw new ArgumentException($"limit {limit} leaves no edit; give at least 1");
        var file = EditFile.Read(editsPath);
        var set = EditSet.Resolve(file);
        if (file.BadRows.Count > 0) notes.Report($"{file.BadRows.Count} rows of {editsPath} were left out; `mindbridge edits check` names them");
        if (set.Conflicts.Count > 0) notes.Report($"{set.Conflicts.Count} conflicts: the last edit of a subject and relation stands");
        var used = set.Records.Take(limit ?? int.MaxValue).ToList();
        var rest = set.Records.Skip(used.Count).ToList();
        var edits = used.Select(r => r.Edit).ToList();
        var probes = used.SelectMany(r => r.Probes).ToList();
        var spoilt = LeakCheck.Of(edits, []).Leaks(probes).Select(l => l.Probe).ToHashSet(ReferenceEqualityComparer.Instance);
        if (spoilt.Count > 0) notes.Report($"{spoilt.Count} probes are prompts of other edits, or hold them, and were left out: training reads these");
        probes.RemoveAll(spoilt.Contains);

        var candidates = (outOfScopePath is null ? rest.Select(r => r.Edit.Prompt) : PromptFile.Read(outOfScopePath).Select(p => p.Prompt)).DistinctBy(NormalisedText.Fold).ToArray();
        new Random((int)(seed % int.MaxValue)).Shuffle(candidates);
        var training = Harmless(edits, candidates.Take(MostOutOfScope).ToList(), probes);
        if (training.Count == 0) notes.Report("no out-of-scope prompts to train with; --out-of-scope FILE gives some, or --limit leaves records over");

        return new RunFiles(
            new EditingRunData
            {
                Edits = edits,
                OutOfScope = [.. training.Select(p => new OutOfScopePrompt { Prompt = p })],
                Probes = probes,
                Known = [.. used.Where(r => r.Edit.OldObject is not null).Select(r => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = r.Edit.Prompt, Answer = r.Edit.OldObject! })],
            },
            used.Count, probes.Count);
    }

    // What scores must not train, and an edit's own prompt is no negative.
    private static List<string> Harmless(IReadOnlyList<Edit> edits, List<string> prompts, IReadOnlyList<Probe> probes)
    {
        var own = edits.SelectMany(e => e.Wordings.Prepend(e.Prompt)).Select(NormalisedText.Fold).ToHashSet(StringComparer.Ordinal);
        prompts.RemoveAll(p => own.Contains(NormalisedText.Fold(p)));
        // A probe names one training text at a time.
        while (new LeakCheck(prompts).Leaks(probes).Select(l => l.TrainingText).ToHashSet(StringComparer.Ordinal) is { Count: > 0 } leaking)
            prompts.RemoveAll(leaking.Contains);
        return prompts;
    }
}
