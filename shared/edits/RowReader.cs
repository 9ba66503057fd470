using System.Text.Json;

namespace MindBridge.Memory.Edits;

/// <summary>The rows of an edit file before anybody knows what their fields mean: named JSON values, whatever the file's syntax.</summary>
/// <param name="Number">The record's number, from 1.</param>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Fields">By field name, lower case with underscores; null when the row could not be read.</param>
/// <param name="Problem">Why it could not.</param>
internal sealed record Row(long Number, long Line, IReadOnlyDictionary<string, JsonElement>? Fields, RowProblem? Problem)
{
    /// <summary>Longest row in bytes; a longer one is reported and skipped without being held in memory.</summary>
    public const int LongestBytes = 8 << 20;

    public static Row Bad(long number, long line, string field, string value, string problem, string remedy) =>
        new(number, line, null, new RowProblem(number, line, field, RowProblem.Shown(value), problem, remedy));

    public static Row TooLong(long number, long line) =>
        Bad(number, line, "", "", $"is longer than {LongestBytes >> 20} MiB", "shorten its texts; the row was skipped");

    /// <summary>Field names are matched without regard to case, spaces and hyphens.</summary>
    public static string NameOf(string field) => field.Trim().Trim('\uFEFF').ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
}
