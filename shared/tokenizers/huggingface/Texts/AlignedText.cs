using System.Text;

namespace MindBridge.Tokenizers.Texts;

/// <summary>
/// A text on its way to the model that still knows, for each of its UTF-16 units, which units of the user's text it came from:
/// what makes spans exact after lower-casing, stripped accents, composed characters and prefixed spaces.
/// </summary>
internal sealed class AlignedText
{
    private readonly int origin;
    private readonly int[]? starts;
    private readonly int[]? ends;

    /// <summary>A text (or a part of one, beginning at <paramref name="origin"/>) that nothing has changed yet.</summary>
    public AlignedText(string text, int origin = 0)
    {
        Text = text;
        this.origin = origin;
    }

    private AlignedText(string text, int[] starts, int[] ends)
    {
        Text = text;
        this.starts = starts;
        this.ends = ends;
    }

    public string Text { get; }
    public int Length => Text.Length;

    /// <summary>Where in the user's text the unit at <paramref name="i"/> begins.</summary>
    public int StartOf(int i) => starts is null ? origin + i : starts[i];

    /// <summary>Where in the user's text the unit at <paramref name="i"/> ends (exclusive).</summary>
    public int EndOf(int i) => ends is null ? origin + i + 1 : ends[i];

    public AlignedText Slice(int start, int length)
    {
        if (length == Length) return this;
        var part = Text.Substring(start, length);
        return starts is null ? new AlignedText(part, origin + start) : new AlignedText(part, starts[start..(start + length)], ends![start..(start + length)]);
    }

    /// <summary>The same text behind a prefix that stands for nothing in the user's text.</summary>
    public AlignedText Prepend(string prefix)
    {
        var built = new Builder(Length + prefix.Length);
        var at = Length > 0 ? StartOf(0) : origin;
        foreach (var c in prefix) built.Add(c, at, at);
        for (var i = 0; i < Length; i++) built.Add(Text[i], StartOf(i), EndOf(i));
        return built.Build();
    }

    /// <summary>Collects units with the places they came from.</summary>
    internal sealed class Builder(int capacity)
    {
        private readonly StringBuilder text = new(capacity);
        private int[] starts = new int[capacity];
        private int[] ends = new int[capacity];

        public void Add(char c, int start, int end)
        {
            if (text.Length == starts.Length)
            {
                Array.Resize(ref starts, Math.Max(16, starts.Length * 2));
                Array.Resize(ref ends, starts.Length);
            }

            starts[text.Length] = start;
            ends[text.Length] = end;
            text.Append(c);
        }

        public void Add(int codePoint, int start, int end)
        {
            if (codePoint < 0x10000)
            {
                Add((char)codePoint, start, end);
                return;
            }

            var pair = new Rune(codePoint).ToString();
            Add(pair[0], start, end);
            Add(pair[1], start, end);
        }

        public AlignedText Build() => new(text.ToString(), starts, ends);
    }
}
