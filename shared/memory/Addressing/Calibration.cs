using MindBridge.Memory.Encoders;
using MindBridge.Memory.Scoring;
using static TorchSharp.torch;

namespace MindBridge.Memory.Addressing;

/// <summary>
/// Chooses thresholds from validation probes: prompts whose answer an edit holds (in unseen wordings) and prompts that no edit answers (neighbours, other facts about
/// edited subjects, unrelated facts). Test probes are never given to it.
/// </summary>
public static class Calibration
{
    private const double UnfamiliarOpen = 0.95;
    private const double WithoutWordings = -0.45;
    private const double FalseOpens = 0.05;
    private const int Least = 20;

    /// <summary>
    /// The thresholds of a store. Relation: nineteen in twenty known wordings of the edited relations would open if each were new to the bank; unfamiliar words open the gate unless
    /// they sound like something else. Similarity: one out-of-scope probe in twenty would open. Validation paraphrases take no part in it: they borrow the edits' own templates and come nearer
    /// than what users write, so a balance with them closes too much.
    /// </summary>
    /// <param name="encoder">The store's encoder.</param>
    /// <param name="store">The keys.</param>
    /// <param name="validation">Validation probes; with fewer than twenty that are out of scope there is no threshold of similarity.</param>
    public static Thresholds Of(MemoryEncoder encoder, KeyStore store, IReadOnlyList<Probe> validation)
    {
        using var scope = NewDisposeScope();
        var leads = store.Bank.LeadsOfUnfamiliarWordings(store.Edits.SelectMany(e => e.Relations).ToHashSet(StringComparer.Ordinal)).Order().ToArray();
        var thresholds = new Thresholds { Relation = leads.Length < Least ? WithoutWordings : leads[(int)((1 - UnfamiliarOpen) * leads.Length)] };
        var outOfScope = validation.Where(p => p.Kind is ProbeKind.LocalityHeldOut or ProbeKind.LocalityNeighbour or ProbeKind.LocalitySameSubject).ToList();
        if (outOfScope.Count < Least) return thresholds;
        var nearest = store.Nearest(encoder.Features([.. outOfScope.Select(p => p.Prompt)]), 1);
        return thresholds with { Similarity = ThresholdFor([.. nearest.Select(n => (double)n[0].Similarity)], FalseOpens) };
    }

    /// <summary>
    /// The least threshold that lets at most <paramref name="falseOpens"/> of the negatives pass.
    /// </summary>
    /// <param name="negatives">The evidence value of each out-of-scope validation probe.</param>
    /// <param name="falseOpens">Share in [0, 1).</param>
    public static double ThresholdFor(IReadOnlyList<double> negatives, double falseOpens)
    {
        if (negatives.Count == 0) throw new ArgumentException("a threshold needs out-of-scope validation probes; give some with --out-of-scope", nameof(negatives));
        if (falseOpens is < 0 or >= 1) throw new ArgumentOutOfRangeException(nameof(falseOpens), falseOpens, "the share of false opens must be at least 0 and below 1");
        var sorted = negatives.OrderDescending().ToArray();
        var passing = (int)(falseOpens * sorted.Length);
        return Math.BitIncrement(sorted[passing]);
    }
}
