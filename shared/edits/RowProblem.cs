namespace MindBridge.Memory.Edits;

/// <summary>A row of an edit file that could not be taken (an error), or was taken otherwise than written (a warning).</summary>
/// <param name="Record">The record's number in the file, from 1.</param>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Field">The field at fault; empty when the row as a whole is.</param>
/// <param name="Value">What stood there, shortened and printable.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Remedy">What to do about it, or what was done.</param>
/// <param name="IsWarning">True when the edit was kept.</param>
public sealed record RowProblem(long Record, long Line, string Field, string Value, string Problem, string Remedy, bool IsWarning = false)
{
    /// <summary>One sentence: place, field, value, problem, remedy.</summary>
    public override string ToString()
    {
        var field = Field.Length == 0 ? "" : $"{Field} ";
        var value = Value.Length == 0 ? "" : $" (\"{Value}\")";
        return $"line {Line} (record {Record}): {field}{Problem}{value}; {Remedy}";
    }

    /// <summary>A value fit for a message: at most 60 characters, nothing unprintable.</summary>
    public static string Shown(string? value)
    {
        if (value is null) return "";
        var cut = value.Length > 60 ? value[..57] + "..." : value;
        return string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) && value.Length > 0 && !Paired(cut, c) ? '�' : c));
    }

    private static bool Paired(string text, char c)
    {
        for (var i = 0; i + 1 < text.Length; i++)
            if (char.IsSurrogatePair(text[i], text[i + 1]) && (text[i] == c || text[i + 1] == c)) return true;
        return false;
    }
}
