using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>
/// Finds the probes that a training text gives away, on normalised text (<see cref="NormalisedText.Fold"/>; METHOD section 5, 4). A probe leaks when a training text
/// is equal to it; when a training text holds it as a run of two or more whole words (a fact text, a prefixed prompt); or when the probe ends with a
/// training prompt of three words or more (an unrelated beginning before a trained question leaves it that question). Rel probes are the training
/// prompts by definition and are exempt.
/// </summary>
public sealed class ProbeIndex
{
    private const int ShortestEnding = 3;
    private readonly Dictionary<string, List<Probe>> whole = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Probe>> endings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string[] Words, Probe Probe)>> beginnings = new(StringComparer.Ordinal);

    /// <param name="probes">Everything that will score; Rel probes are ignored.</param>
    public ProbeIndex(IEnumerable<Probe> probes)
    {
        foreach (var probe in probes)
        {
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

    private static void Add<T>(Dictionary<string, List<T>> index, string key, T value)
    {
        if (!index.TryGetValue(key, out var list)) index[key] = list = [];
        list.Add(value);
    }
}
