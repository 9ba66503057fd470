using System.Text;
using System.Text.Json;
using CsvHelper;

namespace MindBridge.Memory.Edits;

/// <summary>
/// Reads rows of a CSV file with a header row (RFC 4180; comma, semicolon or tab). A quote that is never closed costs its own line, not the rest of the
/// file: a record whose quotes do not balance within <see cref="LongestLines"/> lines is given up and reading goes on with the next line.
/// </summary>
internal sealed class CsvRows(TextReader reader)
{
    private const int LongestLines = 200;
    private readonly LinkedList<string> pushedBack = [];
    private long line;
    private char delimiter = ',';

    public IEnumerable<Row> Records(CancellationToken cancellationToken)
    {
        var (header, _, _) = NextRecord();
        if (header is null) yield break;
        delimiter = new[] { ',', ';', '\t' }.MaxBy(d => header.Count(c => c == d));
        var names = Split(header)?.Select(Row.NameOf).ToArray() ?? [];
        for (var number = 1L; ; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (record, start, balanced) = NextRecord();
            if (record is null) yield break;
            if (string.IsNullOrWhiteSpace(record))
            {
                number--;
                continue;
            }

            yield return balanced ? Read(record, names, number, start) : Row.Bad(number, start, "", record, "has a quote that is never closed", "close it, or write a quote inside a field as \"\"; the next line was read on its own");
        }
    }

    private Row Read(string record, string[] names, long number, long start)
    {
        if (record.Length > Row.LongestBytes) return Row.TooLong(number, start);
        var cells = Split(record);
        if (cells is null) return Row.Bad(number, start, "", record, "has a stray quote", "write the field in quotes, and a quote inside it as \"\"");
        if (cells.Length != names.Length)
            return Row.Bad(number, start, "", record, $"has {cells.Length} fields where the header has {names.Length}", "put fields that hold a delimiter in quotes");
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            if (cells[i].Length > 0) fields[names[i]] = Value(cells[i]);
        return new Row(number, start, fields, null);
    }

    // A cell may hold a list, written as a JSON array: several paraphrases, several locality prompts.
    private static JsonElement Value(string cell)
    {
        if (cell.TrimStart().StartsWith('['))
        {
            try
            {
                return JsonSerializer.Deserialize<JsonElement>(cell);
            }
            catch (JsonException)
            {
                // An ordinary text that begins with a bracket.
            }
        }

        return JsonSerializer.SerializeToElement(cell);
    }

    private string[]? Split(string record)
    {
        var options = CsvReaderOptions.Default with { Separator = delimiter, HasHeader = false, MalformedData = CsvMalformedDataHandling.Skip, BufferSize = 4096 };
        using var csv = CsvReader.FromText(record, options);
        return csv.Read() ? [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)] : null;
    }

    // A record may run over several lines inside quotes; an even number of quotes ends it.
    private (string? Record, long Start, bool Balanced) NextRecord()
    {
        var first = NextLine();
        if (first is null) return (null, line, true);
        var start = line;
        if (Even(first)) return (first, start, true);
        var text = new StringBuilder(first);
        var taken = new List<string>();
        while (taken.Count < LongestLines && text.Length < Row.LongestBytes && NextLine() is { } more)
        {
            taken.Add(more);
            text.Append('\n').Append(more);
            if (!Even(more)) return (text.ToString(), start, true);
        }

        for (var i = taken.Count - 1; i >= 0; i--) pushedBack.AddFirst(taken[i]);
        line = start;
        return (first, start, false);
    }

    private string? NextLine()
    {
        string? text;
        if (pushedBack.First is { } waiting)
        {
            text = waiting.Value;
            pushedBack.RemoveFirst();
        }
        else
        {
            text = reader.ReadLine();
        }

        if (text is not null) line++;
        return text;
    }

    private static bool Even(string text) => text.Count(c => c == '"') % 2 == 0;
}
