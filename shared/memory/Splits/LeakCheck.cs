using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>A probe that training has seen.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="TrainingText">The training text it overlaps with.</param>
/// <param name="Overlap">How: "equal", "the training text holds the probe" or "the probe ends with the training prompt".</param>
public sealed record Leak(Probe Probe, string TrainingText, string Overlap);

/// <summary>Compares everything training read with the probes that are to score; <see cref="ProbeIndex"/> says what a leak is.</summary>
/// <param name="trainingTexts">Every prompt and sentence that training read.</param>
public sealed class LeakCheck(IEnumerable<string> trainingTexts)
{
    private readonly List<string> texts = [.. trainingTexts];

    /// <summary>What training reads: the prompts of edits in all their wordings, out-of-scope prompts, prefix sentences.</summary>
    public static LeakCheck Of(IEnumerable<Edit> edits, IEnumerable<string> outOfScope, IEnumerable<string>? prefixes = null) =>
        new(edits.SelectMany(e => e.Wordings.Prepend(e.Prompt)).Concat(outOfScope).Concat(prefixes ?? []));

    /// <summary>The probes that training has seen, one leak each.</summary>
    public IReadOnlyList<Leak> Leaks(IEnumerable<Probe> probes) => new ProbeIndex(probes).Leaks(texts);

    /// <summary>Refuses to score on training prompts.</summary>
    /// <exception cref="InvalidDataException">Some probe leaks; names the first three and how many there are.</exception>
    public void RefuseLeaks(IReadOnlyCollection<Probe> probes)
    {
        var leaks = Leaks(probes);
        if (leaks.Count == 0) return;
        var shown = string.Join("; ", leaks.Take(3).Select(l => $"{l.Probe.Kind} \"{RowProblem.Shown(l.Probe.Prompt)}\" ({l.Overlap}: \"{RowProblem.Shown(l.TrainingText)}\")"));
        throw new InvalidDataException($"{leaks.Count} of {probes.Count} probes were training prompts, so no score is taken: {shown}; remove them from the probes, or train without them");
    }
}
