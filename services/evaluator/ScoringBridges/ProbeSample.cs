using System.Security.Cryptography;
using System.Text;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>
/// A part of a large probe set: of each kind as many as of any other, or all where there are fewer. Which ones, the probes' own texts decide, so two bridges of a memory, and two attempts at one evaluation,
/// are scored on the same.
/// </summary>
internal static class ProbeSample
{
    public static IReadOnlyList<Probe> Draw(IReadOnlyList<Probe> probes, int most)
    {
        if (probes.Count <= most) return probes;
        var kinds = probes.GroupBy(p => p.Kind).OrderBy(g => g.Count()).ToList();
        var (left, drawn) = (most, new HashSet<Probe>(ReferenceEqualityComparer.Instance));
        for (var k = 0; k < kinds.Count; k++)
        {
            // What a small kind leaves over is shared by the larger ones.
            var share = Math.Min(kinds[k].Count(), left / (kinds.Count - k));
            drawn.UnionWith(kinds[k].OrderBy(Lot, StringComparer.Ordinal).Take(share));
            left -= share;
        }

        return [.. probes.Where(drawn.Contains)];
    }

    private static string Lot(Probe probe) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{probe.Kind}\u0001{probe.EditId}\u0001{probe.Prompt}")));
}
