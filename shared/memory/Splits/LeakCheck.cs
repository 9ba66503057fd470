using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>A probe that training has seen.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="TrainingText">The training text it overlaps with.</param>
/// <param name="Overlap">How: "equal", "the training text holds the probe" or "the probe ends with the training prompt".</param>
public sealed record Leak(Probe Probe, string TrainingText, string Overlap);

/// <summary>
/// Compares training texts with the probes that will score them, on normalised text (<see cref="NormalisedText.Fold"/>; METHOD section 5, 4). A probe leaks when a training text
/// is equal to it; when a training text holds it as a run of two or more whole words (a fact text, a prefixed prompt); or when the probe ends with a
/// training prompt of three words or more (an unrelated beginning before a trained question leaves it that question). Rel probes are the training
/// prompts by definition and are exempt.
/// </summary>
public sealed class LeakCheck
{
    private const int ShortestEnding = 3;
    private readonly int probeCount;
    private readonly Dictionary<string, List<Probe>> whole = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Probe>> endings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string[] Words, Probe Probe)>> beginnings = new(StringComparer.Ordinal);

    /// <param name="probes">Everything that will score; Rel probes are ignored.</param>
    public LeakCheck(IEnumerable<Probe> probes)
    {
        foreach (var probe in probes)
        {
            probeCount++;
            if (probe.Kind is ProbeKind.Reliability) continue;
            var folded = NormalisedText.Fold(probe.Prompt);
            if (folded.Length == 0) continue;
            Add(whole, folded, probe);
            var words = folded.Split(' ');
            if (words.Length > 1) Add(beginnings, words[0] + " " + words[1], (words, probe));
            for (var from = 1; from <= words.Length - ShortestEnding; from++) Add(endings, string.Join(' ', words[from..]), probe);
        }
    }

    /// <summary>The probes that a training text gives away.</summary>
    public IEnumerable<Leak> Find(string trainingText)
    {
        var folded = NormalisedText.Fold(trainingText);
        if (folded.Length == 0) yield break;
        foreach (var probe in whole.GetValueOrDefault(folded) ?? []) yield return new Leak(probe, trainingText, "equal");
        foreach (var probe in endings.GetValueOrDefault(folded) ?? []) yield return new Leak(probe, trainingText, "the probe ends with the training prompt");
        var words = folded.Split(' ');
        for (var at = 0; at + 1 < words.Length; at++)
        {
            if (!beginnings.TryGetValue(words[at] + " " + words[at + 1], out var starting)) continue;
            foreach (var (run, probe) in starting)
                if (run.Length < words.Length && words.AsSpan(at).StartsWith(run)) yield return new Leak(probe, trainingText, "the training text holds the probe");
        }
    }

    /// <summary>True when training on the text would give a probe away.</summary>
    public bool Touches(string trainingText) => Find(trainingText).Any();

    /// <summary>All leaks, one for each probe.</summary>
    public IReadOnlyList<Leak> Leaks(IEnumerable<string> trainingTexts) => [.. trainingTexts.SelectMany(Find).DistinctBy(l => l.Probe, ReferenceEqualityComparer.Instance)];

    /// <summary>Refuses to score on training prompts.</summary>
    /// <exception cref="InvalidDataException">Some probe leaks; names the first three and how many there are.</exception>
    public void RefuseLeaks(IEnumerable<string> trainingTexts)
    {
        var leaks = Leaks(trainingTexts);
        if (leaks.Count == 0) return;
        var shown = string.Join("; ", leaks.Take(3).Select(l => $"{l.Probe.Kind} \"{RowProblem.Shown(l.Probe.Prompt)}\" ({l.Overlap}: \"{RowProblem.Shown(l.TrainingText)}\")"));
        throw new InvalidDataException($"{leaks.Count} of {probeCount} probes were training prompts, so no score is taken: {shown}; remove them from the probes, or train without them");
    }

    private static void Add<T>(Dictionary<string, List<T>> index, string key, T value)
    {
        if (!index.TryGetValue(key, out var list)) index[key] = list = [];
        list.Add(value);
    }
}
