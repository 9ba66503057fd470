using System.Buffers;
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
            var (tooLong, ended) = Line(row);
            var bytes = Trimmed(row.GetBuffer().AsMemory(0, (int)row.Length));
            if (bytes.Length > 0)
            {
                number++;
                yield return tooLong ? Row.TooLong(number, start) : Parse(bytes, number, start, from, cut: !ended);
            }

            if (!ended) yield break;
        }
    }

    /// <summary>The objects of an array, or objects one after another (<paramref name="array"/> false).</summary>
    public IEnumerable<Row> Elements(bool array, CancellationToken cancellationToken)
    {
        var number = 0L;
        var row = new MemoryStream();
        // Up to the bracket there is only white space or a byte order mark.
        if (array) SkipWhile(b => b != '[');
        if (array) Drop();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SkipWhile(b => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',');
            var first = Peek();
            if (array && first == ']') yield break;
            if (first < 0)
            {
                if (array) yield return Row.Bad(number + 1, line, "", "", $"is missing: the file ends at byte {position:N0} inside its array", "the file was cut short; get it again (what came before was read)");
                yield break;
            }

            var (start, from) = (line, position);
            row.SetLength(0);
            var (tooLong, complete) = Element(row, structured: first is '{' or '[');
            number++;
            if (!complete && array)
            {
                yield return Row.Bad(number, start, "", Encoding.UTF8.GetString(row.GetBuffer(), 0, (int)Math.Min(row.Length, 80)),
                    $"begins at byte {from:N0} and is cut off at line {line}, byte {position:N0}", "the file was cut short or a bracket or quote is missing; what came before was read");
                yield break;
            }

            yield return tooLong ? Row.TooLong(number, start) : Parse(Trimmed(row.GetBuffer().AsMemory(0, (int)row.Length)), number, start, from, cut: !complete);
            // A stray closing bracket between objects belongs to the row before it.
            if (Peek() is '}' || (!array && Peek() is ']')) Drop();
        }
    }

    private (bool TooLong, bool Ended) Line(MemoryStream row)
    {
        var tooLong = false;
        while (Filled())
        {
            var end = Rest.IndexOf((byte)'\n');
            tooLong |= !Take(row, end < 0 ? Rest.Length : end + 1);
            if (end >= 0) return (tooLong, true);
        }

        return (tooLong, false);
    }

    // Copies one value up to its end: the closing bracket of an object or array, or the separator after anything else.
    private (bool TooLong, bool Complete) Element(MemoryStream row, bool structured)
    {
        var (depth, inText, tooLong) = (0, false, false);
        while (Filled())
        {
            var found = Rest.IndexOfAny(inText ? s_inText : structured ? s_structure : s_separators);
            if (found < 0)
            {
                tooLong |= !Take(row, Rest.Length);
                continue;
            }

            var mark = Rest[found];
            if (!inText && !structured && mark != '"')
            {
                tooLong |= !Take(row, found);
                return (tooLong, true);
            }

            tooLong |= !Take(row, found + 1);
            if (mark == '\\')
            {
                if (Filled()) tooLong |= !Take(row, 1);
            }
            else if (mark == '"') inText = !inText;
            else depth += mark is (byte)'{' or (byte)'[' ? 1 : -1;
            if (structured && !inText && depth == 0) return (tooLong, true);
        }

        return (tooLong, false);
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

    private static readonly SearchValues<byte> s_inText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> s_separators = SearchValues.Create("\",]}\n"u8);

    private ReadOnlySpan<byte> Rest => block.AsSpan(next, filled - next);

    // Moves on over bytes of the block; false when the row already holds as much as a row may.
    private bool Take(MemoryStream? row, int count)
    {
        var bytes = block.AsSpan(next, count);
        var fits = row is null || row.Length < Row.LongestBytes;
        if (fits) row?.Write(bytes);
        line += bytes.Count((byte)'\n');
        position += count;
        next += count;
        return fits;
    }

    private void SkipWhile(Func<byte, bool> skip)
    {
        while (Filled() && skip(block[next])) Drop();
    }

    private void Drop()
    {
        if (Filled()) Take(null, 1);
    }

    private int Peek() => Filled() ? block[next] : -1;

    private bool Filled()
    {
        if (next < filled) return true;
        (next, filled) = (0, stream.Read(block));
        return filled > 0;
    }
}
