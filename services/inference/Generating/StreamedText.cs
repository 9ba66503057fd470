using System.Text;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.Generating;

/// <summary>
/// The text of an answer as its tokens come: gives out whole characters that are certain to belong to it, and keeps back what may turn out to be the beginning of a stop text
/// or the end of a complete answer.
/// </summary>
internal sealed class StreamedText(TextTokenizer tokenizer, IReadOnlyList<string> stops, bool naturalStop)
{
    private readonly StreamingDecoder decoder = tokenizer.NewStream();
    private readonly StringBuilder buffer = new();
    private int given;

    /// <summary>True once the text is complete; what follows does not belong to it.</summary>
    public bool Ended { get; private set; }

    /// <summary>Characters so far, held back or given.</summary>
    public int Length => buffer.Length;

    /// <summary>Characters given out.</summary>
    public int Given => given;

    /// <summary>Takes a token; gives the text that is certain now, which may be empty.</summary>
    public string Append(int token) => Ended ? "" : Append(decoder.Append(token));

    /// <summary>Takes whole characters; gives the text that is certain now, which may be empty.</summary>
    public string Append(string characters)
    {
        if (Ended) return "";
        buffer.Append(characters);
        var text = buffer.ToString();
        if (EndOf(text, final: false) is { } end)
        {
            Ended = true;
            return Give(text, end);
        }

        return Give(text, text.Length - KeptBack(text));
    }

    /// <summary>No token follows: gives the rest.</summary>
    public string Finish()
    {
        if (Ended) return "";
        buffer.Append(decoder.Flush());
        var text = buffer.ToString();
        return Give(text, EndOf(text, final: true) ?? text.Length);
    }

    private string Give(string text, int end)
    {
        if (end <= given) return "";
        var piece = text[given..end];
        given = end;
        return piece;
    }

    private int? EndOf(string text, bool final)
    {
        int? end = null;
        foreach (var stop in stops)
            if (text.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at && at < (end ?? int.MaxValue)) end = at;
        if (!naturalStop || NaturalStop.Answer(text, 0, final) is not { } answer) return end;
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]) && text[start] is not ('\n' or '\r')) start++;
        return Math.Min(end ?? int.MaxValue, start + answer.Length);
    }

    private int KeptBack(string text)
    {
        // A terminator ends an answer if white space follows it, which the next token decides.
        var most = naturalStop && text.Length > given && ".,;:!?".Contains(text[^1]) ? 1 : 0;
        foreach (var stop in stops)
            for (var length = Math.Min(stop.Length - 1, text.Length - given); length > most; length--)
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length))) most = length;
        return most;
    }
}
