using System.Text.RegularExpressions;
using MindBridge.Tokenizers.Texts;

namespace MindBridge.Tokenizers.Normalizing;

/// <summary>Every match of a pattern becomes a fixed string, which stands for what it replaced.</summary>
internal sealed class ReplaceNormalizer(Regex pattern, string content) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        if (!pattern.IsMatch(text.Text)) return text;
        var built = new AlignedText.Builder(text.Length + 8);
        var from = 0;
        foreach (var match in pattern.EnumerateMatches(text.Text))
        {
            Copy(from, match.Index);
            var (start, end) = match.Length == 0
                ? (match.Index < text.Length ? text.StartOf(match.Index) : text.EndOf(text.Length - 1), match.Index < text.Length ? text.StartOf(match.Index) : text.EndOf(text.Length - 1))
                : (text.StartOf(match.Index), text.EndOf(match.Index + match.Length - 1));
            foreach (var c in content) built.Add(c, start, end);
            from = match.Index + match.Length;
        }

        Copy(from, text.Length);
        return built.Build();

        void Copy(int first, int last)
        {
            for (var i = first; i < last; i++) built.Add(text.Text[i], text.StartOf(i), text.EndOf(i));
        }
    }
}
