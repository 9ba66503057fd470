using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MindBridge.Memory.Edits;

/// <summary>
/// An edit file, read: the usable records, and what was wrong with the others. Syntax and format are told by content, never by the file's name.
/// </summary>
public sealed record EditFile
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of its bytes.</summary>
    public required string Hash { get; init; }

    /// <summary>How it is written.</summary>
    public required EditSyntax Syntax { get; init; }

    /// <summary>Whose fields most of its rows have.</summary>
    public required EditFormat Format { get; init; }

    /// <summary>The usable rows in file order, conflicts not yet resolved (<see cref="EditSet.Resolve(EditFile)"/>).</summary>
    public required IReadOnlyList<EditRecord> Records { get; init; }

    /// <summary>Rows left out, each with its reason.</summary>
    public required IReadOnlyList<RowProblem> BadRows { get; init; }

    /// <summary>Rows kept although something is odd about them.</summary>
    public required IReadOnlyList<RowProblem> Warnings { get; init; }

    /// <summary>Reads a file as a whole.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Not one row is usable; the message tells the first reason.</exception>
    public static EditFile Read(string path, CancellationToken cancellationToken = default)
    {
        var (bad, warnings) = (new List<RowProblem>(), new List<RowProblem>());
        var reader = new EditFileReader(path);
        var formats = new Dictionary<EditFormat, int>();
        var records = reader.Records(p => (p.IsWarning ? warnings : bad).Add(p), f => formats[f] = formats.GetValueOrDefault(f) + 1, cancellationToken).ToList();
        if (records.Count == 0)
        {
            var why = bad.Count > 0 ? $"not one of its {bad.Count} rows is usable; {bad[0]}" : "it holds no rows";
            throw new InvalidDataException($"{path}: {why}. {EditFileReader.Expected}");
        }

        return new EditFile
        {
            Path = path,
            Hash = reader.Hash(),
            Syntax = reader.Syntax,
            Format = formats.MaxBy(f => f.Value).Key,
            Records = records,
            BadRows = bad,
            Warnings = warnings,
        };
    }
}

/// <summary>Reads an edit file row by row, holding one row at a time.</summary>
public sealed class EditFileReader
{
    internal const string Expected = "Give JSON lines or a JSON array with \"subject\", \"prompt\" and \"object\" (or a CounterFact or ZsRE file), or CSV with these columns in its header row";
    private readonly string path;
    private readonly bool plainText;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is empty or of no known syntax.</exception>
    public EditFileReader(string path)
        : this(path, plainText: false)
    {
    }

    // Files of prompts may also be plain text, one prompt a line; and their CSV needs no subject.
    internal EditFileReader(string path, bool plainText)
    {
        this.plainText = plainText;
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; give the edit file itself");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file; give an edit file");
        this.path = path;
        Syntax = Sniff();
    }

    /// <summary>How the file is written.</summary>
    public EditSyntax Syntax { get; }

    /// <summary>
    /// The usable records in file order. Bad rows and warnings go to <paramref name="report"/> as they are met; the rows around them are kept.
    /// </summary>
    public IEnumerable<EditRecord> Records(Action<RowProblem> report, Action<EditFormat>? format = null, CancellationToken cancellationToken = default)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        using var stream = Open();
        foreach (var row in Rows(stream, cancellationToken))
        {
            var record = Take(row, report, format);
            if (record is null) continue;
            if (!ids.Add(record.Edit.Id)) record = Renamed(record, ids, report);
            yield return record;
        }
    }

    /// <summary>SHA-256 of the file's bytes.</summary>
    public string Hash()
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static EditRecord? Take(Row row, Action<RowProblem> report, Action<EditFormat>? format)
    {
        if (row.Fields is null)
        {
            report(row.Problem!);
            return null;
        }

        try
        {
            format?.Invoke(RowMeaning.FormatOf(new RowFields(row)));
            return RowMeaning.Read(row, report);
        }
        catch (RowException e)
        {
            report(e.At(row));
        }
        catch (InvalidOperationException)
        {
            // A name deep inside the row that is no valid text.
            report(new RowProblem(row.Number, row.Line, "", "", "has a field name that is no valid text", "save the file as UTF-8"));
        }

        return null;
    }

    private static EditRecord Renamed(EditRecord record, HashSet<string> ids, Action<RowProblem> report)
    {
        var (old, n) = (record.Edit.Id, 2);
        while (!ids.Add($"{old}-{n}")) n++;
        var id = $"{old}-{n}";
        report(new RowProblem(record.Record, record.Line, "id", RowProblem.Shown(old), "was used before", $"the edit was kept as \"{RowProblem.Shown(id)}\"", IsWarning: true));
        return record with { Edit = record.Edit with { Id = id }, Probes = [.. record.Probes.Select(p => p with { EditId = id })] };
    }

    internal IEnumerable<Row> Rows(CancellationToken cancellationToken)
    {
        using var stream = Open();
        foreach (var row in Rows(stream, cancellationToken)) yield return row;
    }

    private IEnumerable<Row> Rows(Stream stream, CancellationToken cancellationToken) => Syntax switch
    {
        EditSyntax.JsonLines => new JsonRows(stream).Lines(cancellationToken),
        EditSyntax.JsonArray => new JsonRows(stream).Elements(array: true, cancellationToken),
        EditSyntax.JsonObjects => new JsonRows(stream).Elements(array: false, cancellationToken),
        EditSyntax.Text => TextRows(new StreamReader(stream, Encoding.UTF8)),
        _ => new CsvRows(new StreamReader(stream, Encoding.UTF8)).Records(cancellationToken),
    };

    // Files saved by spreadsheets may be UTF-16; they are read as if they were UTF-8.
    private Stream Open()
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        Span<byte> mark = stackalloc byte[2];
        var read = stream.ReadAtLeast(mark, 2, throwOnEndOfStream: false);
        if (read == 2 && mark is [0xFF, 0xFE]) return Encoding.CreateTranscodingStream(stream, Encoding.Unicode, Encoding.UTF8);
        if (read == 2 && mark is [0xFE, 0xFF]) return Encoding.CreateTranscodingStream(stream, Encoding.BigEndianUnicode, Encoding.UTF8);
        stream.Position = 0;
        return stream;
    }

    private EditSyntax Sniff()
    {
        using var stream = Open();
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 1 << 16);
        var buffer = new char[1 << 16];
        var length = reader.ReadBlock(buffer, 0, buffer.Length);
        var text = new string(buffer, 0, length).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.Length == 0) throw new InvalidDataException($"{path} is empty. {Expected}");
        if (text[0] == '[') return EditSyntax.JsonArray;
        if (text[0] == '{')
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            // One object a line, unless the first line opens an object that the second goes on with.
            return IsWhole(lines[0]) || lines.Length < 2 || lines[1].StartsWith('{') ? EditSyntax.JsonLines : EditSyntax.JsonObjects;
        }

        var header = text.Split('\n')[0].ToLowerInvariant();
        if (header.Contains(plainText ? "prompt" : "subject", StringComparison.Ordinal) && header.AsSpan().IndexOfAny(",;\t") >= 0) return EditSyntax.Csv;
        // A damaged first line of JSON lines must not hide the good ones after it.
        if (text.Split('\n').Skip(1).Any(l => l.TrimStart().StartsWith('{'))) return EditSyntax.JsonLines;
        if (plainText) return EditSyntax.Text;
        throw new InvalidDataException($"{path}: the first line is neither JSON nor a CSV header with a \"subject\" column (\"{RowProblem.Shown(header.Trim())}\"). {Expected}");
    }

    private static IEnumerable<Row> TextRows(TextReader reader)
    {
        for (var (line, number) = (1L, 1L); reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            yield return new Row(number++, line, new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["prompt"] = JsonSerializer.SerializeToElement(text) }, null);
        }
    }

    private static bool IsWhole(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
