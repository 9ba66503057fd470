namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>Whether old edits are kept as well as new ones: the scores of the oldest edits beside those of the newest (METHOD section 7).</summary>
/// <param name="Oldest">Mean value over probes of the oldest edits.</param>
/// <param name="Newest">Mean value over probes of the newest edits.</param>
/// <param name="OldestProbes">Number of probes behind <paramref name="Oldest"/>.</param>
/// <param name="NewestProbes">Number of probes behind <paramref name="Newest"/>.</param>
public sealed record Retention(double Oldest, double Newest, int OldestProbes, int NewestProbes)
{
    /// <summary>Compares the cohorts under one protocol.</summary>
    /// <param name="results">One kind's probe results.</param>
    /// <param name="editIds">The edits in commit order, oldest first.</param>
    /// <param name="cohort">Edits in a cohort; at most half of all edits, so that the cohorts do not overlap.</param>
    /// <returns>Null when a cohort has no probe.</returns>
    public static Retention? Of(IEnumerable<ProbeResult> results, IReadOnlyList<string> editIds, int cohort)
    {
        var size = Math.Min(cohort, editIds.Count / 2);
        var oldest = editIds.Take(size).ToHashSet(StringComparer.Ordinal);
        var newest = editIds.Skip(editIds.Count - size).ToHashSet(StringComparer.Ordinal);
        var (old, young) = (new List<double>(), new List<double>());
        foreach (var result in results)
        {
            if (result.Probe.EditId is not { } id) continue;
            if (oldest.Contains(id)) old.Add(result.Value);
            if (newest.Contains(id)) young.Add(result.Value);
        }
        return old.Count == 0 || young.Count == 0 ? null : new Retention(old.Average(), young.Average(), old.Count, young.Count);
    }
}
