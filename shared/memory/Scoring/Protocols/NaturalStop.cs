namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>
/// Where a greedily decoded answer ends, and when two answers are the same (protocol <c>generate-exact</c>, METHOD section 7).
/// An answer ends at the end token, at a line break, or at a terminator: one of <c>. , ; : ! ?</c> that white space or the end of the text follows
/// ("D.C" and "3.5" hold none). An object may hold terminators itself ("St. Louis", "Washington, D.C."): the answer then runs as many terminators
/// further as the object has inside, so that it is compared as a whole. What comes before the end is the answer, all of it: "Italian opera" is not "Italian".
/// </summary>
public static class NaturalStop
{
    private const string Terminators = ".,;:!?";

    /// <summary>How many terminators stand inside <paramref name="expected"/> (a closing one does not count).</summary>
    public static int Inside(string expected)
    {
        var text = expected.Trim().TrimEnd(Terminators.ToCharArray());
        var count = 0;
        for (var i = 0; i + 1 < text.Length; i++)
            if (Terminators.Contains(text[i]) && char.IsWhiteSpace(text[i + 1])) count++;
        return count;
    }

    /// <summary>
    /// The answer in <paramref name="decoded"/>, or null when the text may still go on.
    /// </summary>
    /// <param name="decoded">What was generated after the prompt.</param>
    /// <param name="inside">Terminators to run past (<see cref="Inside"/>).</param>
    /// <param name="final">No more text can follow (end token, or the most tokens allowed), so a closing terminator ends the answer.</param>
    public static string? Answer(string decoded, int inside, bool final)
    {
        var start = 0;
        while (start < decoded.Length && char.IsWhiteSpace(decoded[start]) && decoded[start] is not ('\n' or '\r')) start++;
        var passed = 0;
        for (var i = start; i < decoded.Length; i++)
        {
            if (decoded[i] is '\n' or '\r') return decoded[start..i];
            if (!Terminators.Contains(decoded[i])) continue;
            var last = i + 1 == decoded.Length;
            if (last && !final) return null;
            if (!last && !char.IsWhiteSpace(decoded[i + 1])) continue;
            if (passed++ == inside) return decoded[start..i];
        }
        return final ? decoded[start..] : null;
    }
}
