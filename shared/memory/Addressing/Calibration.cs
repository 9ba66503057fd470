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
    private const int Least = 20;

    /// <summary>
    /// The thresholds of a store. Relation: nineteen in twenty known wordings of the edited relations would open if each were new to the bank; unfamiliar words open the gate unless
    /// they sound like something else. Similarity: the best balance of paraphrases opened and out-of-scope probes closed.
    /// </summary>
    /// <param name="encoder">The store's encoder.</param>
    /// <param name="store">The keys.</param>
    /// <param name="validation">Validation probes, or none: then there is no threshold of similarity.</param>
    public static Thresholds Of(MemoryEncoder encoder, KeyStore store, IReadOnlyList<Probe> validation)
    {
        using var scope = NewDisposeScope();
        var leads = store.Bank.LeadsOfUnfamiliarWordings(store.Edits.SelectMany(e => e.Relations).ToHashSet(StringComparer.Ordinal)).Order().ToArray();
        var thresholds = new Thresholds { Relation = leads.Length < Least ? WithoutWordings : leads[(int)((1 - UnfamiliarOpen) * leads.Length)] };
        var inScope = validation.Where(p => p.Kind is ProbeKind.Generality).ToList();
        var outOfScope = validation.Where(p => p.Kind is ProbeKind.LocalityHeldOut or ProbeKind.LocalityNeighbour or ProbeKind.LocalitySameSubject).ToList();
        if (inScope.Count == 0 || outOfScope.Count == 0) return thresholds;
        List<double> Nearest(List<Probe> probes) => [.. store.Nearest(encoder.Features([.. probes.Select(p => p.Prompt)]), 1).Select(n => (double)n[0].Similarity)];
        return thresholds with { Similarity = Balanced(Nearest(inScope), Nearest(outOfScope)) };
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

    /// <summary>The threshold with the greatest mean of opened positives and closed negatives; ties take the middle of the best gap.</summary>
    /// <param name="positives">Evidence values of in-scope validation probes.</param>
    /// <param name="negatives">Evidence values of out-of-scope validation probes.</param>
    /// <param name="weightOfNegatives">How much a wrongly opened negative costs against a wrongly closed positive.</param>
    public static double Balanced(IReadOnlyList<double> positives, IReadOnlyList<double> negatives, double weightOfNegatives = 1)
    {
        if (positives.Count == 0 || negatives.Count == 0) throw new ArgumentException("a threshold needs validation probes of both kinds, in scope and out of scope");
        var (up, down) = (positives.Order().ToArray(), negatives.Order().ToArray());
        var candidates = up.Concat(down).Distinct().Order().ToArray();
        var (best, threshold) = (double.NegativeInfinity, 0.0);
        for (var k = 0; k <= candidates.Length; k++)
        {
            var at = k == candidates.Length ? candidates[^1] + 1e-6 : k == 0 ? candidates[0] : (candidates[k - 1] + candidates[k]) / 2;
            var opened = (double)(up.Length - Below(up, at)) / up.Length;
            var closed = (double)Below(down, at) / down.Length;
            var value = opened + (weightOfNegatives * closed);
            if (value > best) (best, threshold) = (value, at);
        }
        return threshold;
    }

    private static int Below(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
