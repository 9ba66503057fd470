using System.Globalization;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>A cell of a CSV file (RFC 4180).</summary>
internal static class CsvCell
{
    // A sheet would take a cell that begins like a formula for one.
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !double.TryParse(text, CultureInfo.InvariantCulture, out _)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
