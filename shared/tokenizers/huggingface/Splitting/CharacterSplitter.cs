using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Splitting;

/// <summary>Delimiters are single code points: white space, punctuation, digits.</summary>
internal sealed class CharacterSplitter(Func<int, bool> isDelimiter, Delimiters rule) : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        var pieces = new Pieces(word, rule, into);
        var text = word.Text.Text;
        var from = 0;
        for (var i = 0; i < word.Length;)
        {
            var delimiter = isDelimiter(CodePoints.At(text, word.Start + i, out var length));
            if (delimiter)
            {
                pieces.Add(from, i, match: false);
                pieces.Add(i, i + length, match: true);
                from = i + length;
            }

            i += length;
        }

        pieces.Add(from, word.Length, match: false);
        pieces.Flush();
    }
}

/// <summary>BERT's words: white space parts them, every punctuation mark is one.</summary>
internal sealed class BertSplitter : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        var text = word.Text.Text;
        var from = 0;
        for (var i = 0; i < word.Length;)
        {
            var c = CodePoints.At(text, word.Start + i, out var length);
            var space = CodePoints.IsWhiteSpace(c);
            if (space || CodePoints.IsPunctuation(c))
            {
                if (i > from) into.Add(word.Part(from, i - from));
                if (!space) into.Add(word.Part(i, length));
                from = i + length;
            }

            i += length;
        }

        if (word.Length > from) into.Add(word.Part(from, word.Length - from));
    }
}

/// <summary>Words are runs of <c>\w</c>, or runs of anything else that is not white space.</summary>
internal sealed class WhitespaceSplitter : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        var text = word.Text.Text;
        int from = 0, kind = 0;
        for (var i = 0; i < word.Length;)
        {
            var c = CodePoints.At(text, word.Start + i, out var length);
            var now = CodePoints.IsWord(c) ? 1 : CodePoints.IsWhiteSpace(c) ? 0 : 2;
            if (now != kind)
            {
                if (kind != 0) into.Add(word.Part(from, i - from));
                (from, kind) = (i, now);
            }

            i += length;
        }

        if (kind != 0) into.Add(word.Part(from, word.Length - from));
    }
}

/// <summary>SentencePiece's words: spaces become a mark, each word begins with one.</summary>
internal sealed class MetaspaceSplitter(char mark, MetaspaceSplitter.Prefix prefix, bool split) : Splitter
{
    internal enum Prefix
    {
        Never,
        First,
        Always,
    }

    public override void Split(Word word, List<Word> into)
    {
        var part = word.Text.Slice(word.Start, word.Length);
        var built = new AlignedText.Builder(part.Length + 1);
        var wanted = prefix == Prefix.Always || (prefix == Prefix.First && part.StartOf(0) == 0);
        if (wanted && part.Text[0] != ' ' && part.Text[0] != mark) built.Add(mark, part.StartOf(0), part.StartOf(0));
        for (var i = 0; i < part.Length; i++) built.Add(part.Text[i] == ' ' ? mark : part.Text[i], part.StartOf(i), part.EndOf(i));
        var whole = built.Build();
        var all = new Word(whole, 0, whole.Length);
        if (!split)
        {
            into.Add(all);
            return;
        }

        var pieces = new Pieces(all, Delimiters.MergedWithNext, into);
        var from = 0;
        for (var i = 0; i < whole.Length; i++)
        {
            if (whole.Text[i] != mark) continue;
            pieces.Add(from, i, match: false);
            pieces.Add(i, i + 1, match: true);
            from = i + 1;
        }

        pieces.Add(from, whole.Length, match: false);
        pieces.Flush();
    }
}

/// <summary>
/// For SentencePiece-type BPE, which reads a whole text as one word: cuts before every run of space marks. It changes no id where no piece of the
/// vocabulary has a mark behind another character, and lets words be remembered.
/// </summary>
internal sealed class MarkedWordSplitter(char mark) : Splitter
{
    public override void Split(Word word, List<Word> into)
    {
        var span = word.Span;
        var from = 0;
        for (var i = 1; i < span.Length; i++)
        {
            if (span[i] != mark || span[i - 1] == mark) continue;
            into.Add(word.Part(from, i - from));
            from = i;
        }

        into.Add(word.Part(from, word.Length - from));
    }
}
