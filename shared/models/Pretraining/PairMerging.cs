namespace MindBridge.Models.Pretraining;

/// <summary>
/// Byte-pair encoding's training loop: again and again the most frequent pair of neighbouring symbols becomes one symbol. Pure and deterministic:
/// of equally frequent pairs the ordinally first is taken, so one text gives one vocabulary on every machine.
/// </summary>
internal static class PairMerging
{
    /// <summary>Learns at most <paramref name="merges"/> merges; stops early when no pair occurs twice.</summary>
    /// <param name="words">Each word's symbols, with the number of times it occurs.</param>
    /// <param name="join">The symbol that two symbols become.</param>
    public static List<(string Left, string Right)> Learn(IEnumerable<(string[] Symbols, long Count)> words, int merges, Func<string, string, string> join)
    {
        var entries = words.Select(w => (Symbols: w.Symbols.ToList(), w.Count)).ToList();
        var counts = new Dictionary<(string, string), long>();
        var where = new Dictionary<(string, string), HashSet<int>>();
        for (var i = 0; i < entries.Count; i++) Account(i, +1);

        var learned = new List<(string, string)>();
        while (learned.Count < merges && Best() is { } pair)
        {
            learned.Add(pair);
            var joined = join(pair.Item1, pair.Item2);
            foreach (var i in where[pair].ToList())
            {
                Account(i, -1);
                Merge(entries[i].Symbols, pair, joined);
                Account(i, +1);
            }
        }
        return learned;

        // Adds or takes away all pairs of one word.
        void Account(int word, int sign)
        {
            var (symbols, count) = entries[word];
            for (var k = 0; k + 1 < symbols.Count; k++)
            {
                var pair = (symbols[k], symbols[k + 1]);
                var now = counts.GetValueOrDefault(pair) + (sign * count);
                if (now == 0) counts.Remove(pair);
                else counts[pair] = now;
                if (!where.TryGetValue(pair, out var at)) where[pair] = at = [];
                if (sign > 0) at.Add(word);
                else at.Remove(word);
            }
        }

        (string, string)? Best()
        {
            (string, string)? best = null;
            long most = 1;
            foreach (var (pair, count) in counts)
            {
                if (count < most || (count == most && (best is null || Compare(pair, best.Value) >= 0))) continue;
                (best, most) = (pair, count);
            }
            return best;
        }
    }

    private static int Compare((string, string) a, (string, string) b)
    {
        var first = string.CompareOrdinal(a.Item1, b.Item1);
        return first != 0 ? first : string.CompareOrdinal(a.Item2, b.Item2);
    }

    private static void Merge(List<string> symbols, (string Left, string Right) pair, string joined)
    {
        for (var k = 0; k + 1 < symbols.Count; k++)
        {
            if (symbols[k] != pair.Left || symbols[k + 1] != pair.Right) continue;
            symbols[k] = joined;
            symbols.RemoveAt(k + 1);
        }
    }
}
