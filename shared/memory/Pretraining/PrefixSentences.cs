using MindBridge.Memory.Checkpoints;
using MindBridge.Tokenizers;

namespace MindBridge.Memory.Pretraining;

/// <summary>
/// Unrelated sentences put before prompts, so that the encoder learns to find the fact wherever it stands. Kept in three buckets of like length; one bucket
/// serves a whole batch, which keeps padding small.
/// </summary>
internal sealed class PrefixSentences
{
    private readonly (string Text, int[] Ids)[][] buckets;

    public PrefixSentences(IReadOnlyList<string> sentences, TextTokenizer tokenizer)
    {
        var sorted = sentences.Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => s.Trim()).Distinct()
            .Select(s => (Text: s, Ids: tokenizer.Encode(s, special: false).ToArray()))
            .OrderBy(s => s.Ids.Length).ThenBy(s => s.Text, StringComparer.Ordinal).ToArray();
        var third = sorted.Length / 3;
        buckets = sorted.Length < 3 ? (sorted.Length == 0 ? [] : [sorted]) : [sorted[..third], sorted[third..(2 * third)], sorted[(2 * third)..]];
    }

    /// <summary>True when there is none to draw.</summary>
    public bool Empty => buckets.Length == 0;

    /// <summary>With the given probability a draw of sentences of like length, else a draw of nothing.</summary>
    public PrefixDraw Draw(RandomStream random, double share) =>
        buckets.Length == 0 || !random.Chance(share) ? default : new PrefixDraw(random.Pick(buckets));
}

/// <summary>One batch's bucket of prefix sentences, or nothing.</summary>
internal readonly struct PrefixDraw((string Text, int[] Ids)[]? bucket)
{
    /// <summary>One sentence; empty when the batch has no prefixes.</summary>
    public (string Text, int[] Ids) Next(RandomStream random) => bucket is null ? ("", []) : bucket[random.Below(bucket.Length)];
}
