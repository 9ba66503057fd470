using System.Security.Cryptography;
using System.Text;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>
/// A part of a large probe set: of each kind as many as of any other, or all where there are fewer. Which ones, the probes' own texts decide, so two bridges of a memory, and two attempts at one evaluation,
/// are scored on the same.
/// </summary>
internal static class ProbeSample
{
    public static IReadOnlyList<Probe> Draw(IReadOnlyList<Probe> probes, int most) => Draw(probes, most, p => p.Kind, p => $"{p.Kind}\u0001{p.EditId}\u0001{p.Prompt}");

    /// <summary>Of anything that has kinds.</summary>
    /// <param name="all">What is drawn from; the order stays.</param>
    /// <param name="most">Most that are drawn.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="text">What decides whether it is drawn; no two alike.</param>
    public static IReadOnlyList<T> Draw<T, TKind>(IReadOnlyList<T> all, int most, Func<T, TKind> kind, Func<T, string> text)
        where T : class
    {
        if (all.Count <= most) return all;
        var kinds = all.GroupBy(kind).OrderBy(g => g.Count()).ToList();
        var (left, drawn) = (most, new HashSet<T>(ReferenceEqualityComparer.Instance));
        for (var k = 0; k < kinds.Count; k++)
        {
            // What a small kind leaves over is shared by the larger ones.
            var share = Math.Min(kinds[k].Count(), left / (kinds.Count - k));
            drawn.UnionWith(kinds[k].OrderBy(x => Lot(text(x)), StringComparer.Ordinal).Take(share));
            left -= share;
        }

        return [.. all.Where(drawn.Contains)];
    }

    private static string Lot(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
