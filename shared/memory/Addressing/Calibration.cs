using MindBridge.Memory.Encoders;
using MindBridge.Memory.Relations;
using MindBridge.Memory.Scoring;
using static TorchSharp.torch;

namespace MindBridge.Memory.Addressing;

/// <summary>
/// Chooses thresholds from validation probes: prompts whose answer an edit holds (in unseen wordings) and prompts that no edit answers (neighbours, other facts about
/// edited subjects, unrelated facts). Test probes are never given to it.
/// </summary>
public static class Calibration
{
    private const double FalseOpens = 0.2;
    private const int Least = 50;
    private const int Most = 2000;

    /// <summary>
    /// The thresholds of a store. Relation: one in five prompts that ask another thing about an edited subject may pass (known wordings are left out of the bank in turn, as
    /// if each were new). Similarity: the best balance of paraphrases opened and out-of-scope probes closed.
    /// </summary>
    /// <param name="encoder">The store's encoder.</param>
    /// <param name="store">The keys.</param>
    /// <param name="validation">Validation probes, or none: then prompts about the edits' subjects are made up from other relations' wordings.</param>
    public static Thresholds Of(MemoryEncoder encoder, KeyStore store, IReadOnlyList<Probe> validation)
    {
        using var scope = NewDisposeScope();
        var inScope = validation.Where(p => p.Kind is ProbeKind.Generality).ToList();
        var outOfScope = validation.Where(p => p.Kind is ProbeKind.LocalityHeldOut or ProbeKind.LocalityNeighbour or ProbeKind.LocalitySameSubject).ToList();
        var sameSubject = outOfScope.Where(p => p.Kind is ProbeKind.LocalitySameSubject).Select(p => p.Prompt).ToList();
        var thresholds = new Thresholds();
        if (sameSubject.Count < Least) sameSubject = OtherQuestions(store);
        if (sameSubject.Count > 0)
        {
            double[] leads = [.. store.Named(encoder, sameSubject, encoder.Features(sameSubject), leaveOut: true).Where(c => c.Count > 0).Select(c => (double)c[0].Relation.Lead)];
            if (leads.Length > 0) thresholds = thresholds with { Relation = ThresholdFor(leads, FalseOpens) };
        }
        if (inScope.Count > 0 && outOfScope.Count > 0)
        {
            List<double> Nearest(List<Probe> probes) => [.. store.Nearest(encoder.Features([.. probes.Select(p => p.Prompt)]), 1).Select(n => (double)n[0].Similarity)];
            thresholds = thresholds with { Similarity = Balanced(Nearest(inScope), Nearest(outOfScope)) };
        }
        return thresholds;
    }

    // One question about each edited subject in the words of another relation that fits such a subject; the same each time.
    private static List<string> OtherQuestions(KeyStore store)
    {
        var edited = store.Edits.Select(e => (e.Subject, e.Relation)).ToHashSet();
        var kinds = KnownRelation.All.ToDictionary(r => r.Id, r => r.Kind, StringComparer.Ordinal);
        var wordings = store.Bank.Wordings;
        var random = new Random(4);
        var prompts = new List<string>();
        foreach (var edit in store.Edits.Take(Most))
        {
            var kind = kinds.GetValueOrDefault(edit.Relation);
            for (var attempt = 0; attempt < 64; attempt++)
            {
                var wording = wordings[random.Next(wordings.Count)];
                if (edited.Contains((edit.Subject, wording.Relation)) || (kind is not null && kinds.GetValueOrDefault(wording.Relation) != kind)) continue;
                prompts.Add(wording.Template.Replace(RelationBank.Placeholder, edit.Subject, StringComparison.Ordinal));
                break;
            }
        }
        return prompts;
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
