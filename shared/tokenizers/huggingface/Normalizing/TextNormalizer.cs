using System.Globalization;
using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Normalizing;

/// <summary>One step that rewrites the text before it is cut into words ("normalizer" of tokenizer.json).</summary>
internal abstract class TextNormalizer
{
    public abstract AlignedText Apply(AlignedText text);
}

internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> steps) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        foreach (var step in steps) text = step.Apply(text);
        return text;
    }
}

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
internal sealed class UnicodeNormalizer(bool compatibility, bool compose) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => UnicodeForms.Apply(text, compatibility, compose);
}

internal sealed class LowercaseNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var built = new AlignedText.Builder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text.Text, i, out var length);
            int start = text.StartOf(i), end = text.EndOf(i + length - 1);
            built.Add(c == 0x130 ? 'i' : CodePoints.ToLower(c), start, end);
            // The one code point whose full lower case is longer: dotted capital I.
            if (c == 0x130) built.Add('\u0307', start, end);
            i += length;
        }

        return built.Build();
    }
}

/// <summary>White space off the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        int from = 0, to = text.Length;
        if (left) while (from < to && CodePoints.IsWhiteSpace(text.Text[from])) from++;
        if (right) while (to > from && CodePoints.IsWhiteSpace(text.Text[to - 1])) to--;
        return text.Slice(from, to - from);
    }
}

/// <summary>Every combining mark away.</summary>
internal sealed class StripAccentsNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var built = new AlignedText.Builder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text.Text, i, out var length);
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
                built.Add(c, text.StartOf(i), text.EndOf(i + length - 1));
            i += length;
        }

        return built.Build();
    }
}

/// <summary>A prefix before a text that is not empty (Llama 2's "▁").</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => text.Length == 0 ? text : text.Prepend(prefix);
}

/// <summary>What BERT does to a text: controls away, ideographs apart, accents off, lower case.</summary>
internal sealed class BertNormalizer(bool clean, bool ideographs, bool stripAccents, bool lowercase) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var built = new AlignedText.Builder(text.Length + 8);
        Span<int> hangul = stackalloc int[3];
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text.Text, i, out var length);
            int start = text.StartOf(i), end = text.EndOf(i + length - 1);
            i += length;
            if (clean)
            {
                if (c is '\t' or '\n' or '\r' || CodePoints.IsWhiteSpace(c) && !IsControl(c)) c = ' ';
                else if (c is 0 or 0xFFFD || IsControl(c)) continue;
            }

            if (ideographs && c >= 0x3400 && CodePoints.IsIdeograph(c))
            {
                built.Add(' ', start, start);
                Finish(built, c, start, end, hangul);
                built.Add(' ', end, end);
            }
            else
            {
                Finish(built, c, start, end, hangul);
            }
        }

        return built.Build();
    }

    private static bool IsControl(int c)
        => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;

    private void Finish(AlignedText.Builder built, int c, int start, int end, Span<int> hangul)
    {
        if (!stripAccents || c < 0x80)
        {
            Lower(built, c, start, end);
            return;
        }

        var parts = UnicodeForms.Decompose(c, compatibility: false, hangul);
        if (parts.IsEmpty) AddUnlessMark(built, c, start, end);
        foreach (var part in parts) AddUnlessMark(built, part, start, end);
    }

    private void AddUnlessMark(AlignedText.Builder built, int c, int start, int end)
    {
        if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark) Lower(built, c, start, end);
    }

    private void Lower(AlignedText.Builder built, int c, int start, int end)
    {
        if (lowercase && c == 0x130)
        {
            built.Add('i', start, end);
            built.Add('\u0307', start, end);
            return;
        }

        built.Add(lowercase ? CodePoints.ToLower(c) : c, start, end);
    }
}
