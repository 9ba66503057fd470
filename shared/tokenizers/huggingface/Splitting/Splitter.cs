using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Splitting;

/// <summary>A word on its way to the model: a stretch of an aligned text.</summary>
internal readonly record struct Word(AlignedText Text, int Start, int Length)
{
    public ReadOnlySpan<char> Span => Text.Text.AsSpan(Start, Length);

    public Word Part(int start, int length) => new(Text, Start + start, length);
}

/// <summary>One step that cuts stretches of text into smaller ones ("pre_tokenizer" of tokenizer.json).</summary>
internal abstract class Splitter
{
    /// <summary>Cuts one stretch and adds what it becomes, left to right, without empty ones.</summary>
    public abstract void Split(Word word, List<Word> into);
}

internal sealed class SplitterSequence(IReadOnlyList<Splitter> steps) : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        List<Word> now = [word], next = [];
        for (var k = 0; k < steps.Count; k++)
        {
            var target = k == steps.Count - 1 ? into : next;
            foreach (var w in now) steps[k].Split(w, target);
            (now, next) = (next, now);
            next.Clear();
        }
    }
}

/// <summary>Where the delimiters that a splitter found go.</summary>
internal enum Delimiters
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Puts stretches together from a left-to-right run of marked pieces, by the rule for delimiters.</summary>
internal ref struct Pieces(Word word, Delimiters rule, List<Word> into)
{
    private int from = -1;
    private int to;
    private bool fromMatch;

    /// <summary>The next piece, [start, end) of the word; <paramref name="match"/> where it is a delimiter.</summary>
    public void Add(int start, int end, bool match)
    {
        if (start == end) return;
        var joins = from >= 0 && rule switch
        {
            Delimiters.MergedWithPrevious => match && !fromMatch,
            Delimiters.MergedWithNext => fromMatch && !match,
            Delimiters.Contiguous => match == fromMatch,
            _ => false,
        };
        if (rule == Delimiters.Removed && match)
        {
            Flush();
            return;
        }

        if (joins)
        {
            to = end;
            fromMatch = rule == Delimiters.Contiguous ? match : rule == Delimiters.MergedWithPrevious;
            return;
        }

        Flush();
        (from, to, fromMatch) = (start, end, match);
    }

    public void Flush()
    {
        if (from >= 0) into.Add(word.Part(from, to - from));
        from = -1;
    }
}
