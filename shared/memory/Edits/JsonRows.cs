using System.Text;
using System.Text.Json;

namespace MindBridge.Memory.Edits;

/// <summary>
/// Reads rows of JSON from a stream without holding the file: one object a line, an array of objects, or objects one after another over several
/// lines. A row that is no good costs only itself; a file cut short loses only the row it was cut in.
/// </summary>
internal sealed class JsonRows(Stream stream)
{
    private readonly byte[] block = new byte[64 << 10];
    private int filled;
    private int next;
    private long line = 1;
    private long position;

    /// <summary>One JSON object a line; empty lines are skipped.</summary>
    public IEnumerable<Row> Lines(CancellationToken cancellationToken)
    {
        var number = 0L;
        var row = new MemoryStream();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (start, from) = (line, position);
            row.SetLength(0);
            var tooLong = false;
            int read;
            while ((read = Next()) >= 0 && read != '\n')
            {
                if (row.Length < Row.LongestBytes) row.WriteByte((byte)read);
                else tooLong = true;
            }

            var bytes = Trimmed(row.GetBuffer().AsMemory(0, (int)row.Length));
            if (bytes.Length > 0)
            {
                number++;
                yield return tooLong ? Row.TooLong(number, start) : Parse(bytes, number, start, from, cut: read < 0);
            }

            if (read < 0) yield break;
        }
    }

    /// <summary>The objects of an array, or objects one after another (<paramref name="array"/> false).</summary>
    public IEnumerable<Row> Elements(bool array, CancellationToken cancellationToken)
    {
        var number = 0L;
        var row = new MemoryStream();
        if (array)
        {
            int first;
            while ((first = Next()) >= 0 && first != '[')
            {
                // Up to the bracket there is only white space or a byte order mark.
            }
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read;
            do read = Next();
            while (read is ' ' or '\t' or '\r' or '\n' or ',');
            if (array && read == ']') yield break;
            if (read < 0)
            {
                if (array) yield return Row.Bad(number + 1, line, "", "", $"is missing: the file ends at byte {position:N0} inside its array", "the file was cut short; get it again (what came before was read)");
                yield break;
            }

            var (start, from) = (line, position - 1);
            row.SetLength(0);
            var (tooLong, complete) = Element(row, read, array);
            number++;
            if (!complete)
            {
                yield return Row.Bad(number, start, "", Encoding.UTF8.GetString(row.GetBuffer(), 0, (int)Math.Min(row.Length, 80)),
                    $"begins at byte {from:N0} and is cut off at line {line}, byte {position:N0}", "the file was cut short or a bracket or quote is missing; what came before was read");
                yield break;
            }

            yield return tooLong ? Row.TooLong(number, start) : Parse(Trimmed(row.GetBuffer().AsMemory(0, (int)row.Length)), number, start, from, cut: false);
        }
    }

    // Copies one value up to its end: the closing bracket of an object, or the separator after anything else.
    private (bool TooLong, bool Complete) Element(MemoryStream row, int first, bool array)
    {
        var (depth, inText, escaped, tooLong) = (0, false, false, false);
        var structured = first is '{' or '[';
        for (var read = first; ; read = Next())
        {
            if (read < 0) return (tooLong, !structured && !inText && !array);
            if (row.Length < Row.LongestBytes) row.WriteByte((byte)read);
            else tooLong = true;
            if (inText)
            {
                if (escaped) escaped = false;
                else if (read == '\\') escaped = true;
                else if (read == '"') inText = false;
                continue;
            }

            if (read == '"') inText = true;
            else if (read is '{' or '[') depth++;
            else if (read is '}' or ']') depth--;
            if (structured && depth == 0) return (tooLong, true);
            if (!structured && Peek() is ',' or ']' or '\n' or -1 && !inText) return (tooLong, true);
        }
    }

    private static Row Parse(ReadOnlyMemory<byte> bytes, long number, long line, long from, bool cut)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return Row.Bad(number, line, "", Encoding.UTF8.GetString(bytes.Span[..Math.Min(80, bytes.Length)]), "is not a JSON object", "give {\"subject\", \"prompt\", \"object\", ...}");
            var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var property in root.EnumerateObject()) fields[Row.NameOf(property.Name)] = property.Value.Clone();
            return new Row(number, line, fields, null);
        }
        catch (JsonException e)
        {
            var at = $"line {line + (e.LineNumber ?? 0)}, byte {from + (e.BytePositionInLine ?? 0):N0}";
            return Row.Bad(number, line, "", Encoding.UTF8.GetString(bytes.Span[..Math.Min(80, bytes.Length)]),
                cut ? $"is cut off at {at}" : $"is not valid JSON at {at}",
                cut ? "the file was cut short; get it again (what came before was read)" : "mend or delete the row; the others were read");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return Row.Bad(number, line, "", "", "has a field name that is no valid text", "save the file as UTF-8");
        }
    }

    private static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        var (start, end) = (0, bytes.Length);
        while (start < end && bytes.Span[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') start++;
        while (end > start && bytes.Span[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') end--;
        return bytes[start..end];
    }

    private int Next()
    {
        if (next == filled && !Fill()) return -1;
        position++;
        var read = block[next++];
        if (read == '\n') line++;
        return read;
    }

    private int Peek() => next == filled && !Fill() ? -1 : block[next];

    private bool Fill()
    {
        (next, filled) = (0, stream.Read(block));
        return filled > 0;
    }
}
