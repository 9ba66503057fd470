using System.Collections.Frozen;
using System.Globalization;
using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Normalizing;

/// <summary>
/// NFC, NFD, NFKC and NFKD with alignment. Our own tables, because the runtime's are those of whatever ICU a machine has (none at all in
/// invariant globalization), and because it does not say which characters became which.
/// </summary>
internal static class UnicodeForms
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;
    private static readonly Lazy<Tables> Loaded = new(Tables.Load);

    /// <summary>The full decomposition of a code point, or an empty span where it is its own.</summary>
    public static ReadOnlySpan<int> Decompose(int c, bool compatibility, Span<int> hangul)
    {
        if (c < 0xA0) return [];
        if ((uint)(c - SBase) < SCount)
        {
            var s = c - SBase;
            hangul[0] = LBase + (s / (VCount * TCount));
            hangul[1] = VBase + (s % (VCount * TCount) / TCount);
            if (s % TCount == 0) return hangul[..2];
            hangul[2] = TBase + (s % TCount);
            return hangul[..3];
        }

        var tables = Loaded.Value;
        if (compatibility && tables.Compatibility.TryGetValue(c, out var wide)) return wide;
        return tables.Canonical.TryGetValue(c, out var canonical) ? canonical : [];
    }

    public static AlignedText Apply(AlignedText text, bool compatibility, bool compose)
    {
        if (IsPlain(text.Text, compose && !compatibility)) return text;
        var units = new List<Unit>(text.Length);
        Span<int> hangul = stackalloc int[3];
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text.Text, i, out var length);
            int start = text.StartOf(i), end = text.EndOf(i + length - 1);
            var parts = Decompose(c, compatibility, hangul);
            if (parts.IsEmpty) units.Add(new Unit(c, start, end));
            foreach (var part in parts) units.Add(new Unit(part, start, end));
            i += length;
        }

        Reorder(units);
        if (compose) Compose(units);
        var built = new AlignedText.Builder(text.Length);
        foreach (var unit in units) built.Add(unit.CodePoint, unit.Start, unit.End);
        return built.Build();
    }

    /// <summary>Nothing below U+00A0 decomposes, and nothing below U+0300 composes with what precedes it.</summary>
    private static bool IsPlain(string text, bool compose) => text.AsSpan().IndexOfAnyExceptInRange('\0', compose ? '\u02FF' : '\u009F') < 0;

    private static void Reorder(List<Unit> units)
    {
        var classes = Loaded.Value.Classes;
        for (var i = 0; i < units.Count; i++)
        {
            if (Class(units[i].CodePoint) == 0) continue;
            var from = i;
            var sorted = true;
            for (var last = 0; i < units.Count && Class(units[i].CodePoint) is var k and > 0; i++)
            {
                sorted &= k >= last;
                last = k;
            }

            if (sorted) continue;
            // Marks that changed places answer for the whole run together: spans never go backwards.
            var run = units.GetRange(from, i - from);
            int start = run.Min(u => u.Start), end = run.Max(u => u.End);
            var at = from;
            foreach (var unit in run.OrderBy(u => Class(u.CodePoint))) units[at++] = new Unit(unit.CodePoint, start, end);
        }

        int Class(int c) => c < 0x300 ? 0 : classes.GetValueOrDefault(c);
    }

    private static void Compose(List<Unit> units)
    {
        var tables = Loaded.Value;
        int write = 0, starter = -1, lastClass = 0;
        for (var read = 0; read < units.Count; read++)
        {
            var unit = units[read];
            var k = unit.CodePoint < 0x300 ? 0 : tables.Classes.GetValueOrDefault(unit.CodePoint);
            // Blocked where something of the same or a higher class, or another starter, stands between.
            var adjacent = starter == write - 1;
            if (starter >= 0 && (adjacent || (lastClass != 0 && lastClass < k)) && TryCompose(units[starter].CodePoint, unit.CodePoint, tables, out var whole))
            {
                units[starter] = new Unit(whole, Math.Min(units[starter].Start, unit.Start), Math.Max(units[starter].End, unit.End));
                continue;
            }

            if (k == 0) starter = write;
            lastClass = k;
            units[write++] = unit;
        }

        units.RemoveRange(write, units.Count - write);
    }

    private static bool TryCompose(int a, int b, Tables tables, out int whole)
    {
        if ((uint)(a - LBase) < LCount && (uint)(b - VBase) < VCount)
        {
            whole = SBase + ((((a - LBase) * VCount) + (b - VBase)) * TCount);
            return true;
        }

        if ((uint)(a - SBase) < SCount && (a - SBase) % TCount == 0 && b > TBase && b < TBase + TCount)
        {
            whole = a + (b - TBase);
            return true;
        }

        return tables.Pairs.TryGetValue(((long)a << 32) | (uint)b, out whole);
    }

    private readonly record struct Unit(int CodePoint, int Start, int End);

    private sealed record Tables(FrozenDictionary<int, int[]> Canonical, FrozenDictionary<int, int[]> Compatibility, FrozenDictionary<int, int> Classes, FrozenDictionary<long, int> Pairs)
    {
        public static Tables Load()
        {
            Dictionary<int, int[]> canonical = [], compatibility = [];
            var classes = new Dictionary<int, int>();
            var pairs = new Dictionary<long, int>();
            using var reader = new StreamReader(typeof(UnicodeForms).Assembly.GetManifestResourceStream("unicode-normalization.txt")!);
            while (reader.ReadLine() is { } line)
            {
                if (line[0] == '#') continue;
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                var left = line[1..equals];
                var right = line[(equals + 1)..];
                switch (line[0])
                {
                    case 'C': canonical[Hex(left)] = [.. right.Split(' ').Select(Hex)]; break;
                    case 'K': compatibility[Hex(left)] = [.. right.Split(' ').Select(Hex)]; break;
                    case 'R':
                        var range = left.Split(' ');
                        for (var c = Hex(range[0]); c <= Hex(range[1]); c++) classes[c] = int.Parse(right, CultureInfo.InvariantCulture);
                        break;
                    default:
                        var pair = left.Split(' ');
                        pairs[((long)Hex(pair[0]) << 32) | (uint)Hex(pair[1])] = Hex(right);
                        break;
                }
            }

            return new Tables(canonical.ToFrozenDictionary(), compatibility.ToFrozenDictionary(), classes.ToFrozenDictionary(), pairs.ToFrozenDictionary());
        }

        private static int Hex(string s) => int.Parse(s, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
