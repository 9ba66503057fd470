using System.Buffers;
using System.Text.Json;

namespace MindBridge.Memory.Edits;

/// <summary>Reads texts out of a row's fields and refuses, with a sentence, what no prompt or object can be.</summary>
internal sealed class RowFields(Row row)
{
    /// <summary>Longest text of a field, in characters.</summary>
    public const int LongestText = 20_000;

    private static readonly SearchValues<char> s_suspects = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Concat(Enumerable.Range(0xD800, 0x800)).Append(0xFFFD).Select(c => (char)c)]);

    private readonly IReadOnlyDictionary<string, JsonElement> fields = row.Fields!;

    public bool Has(string name) => fields.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);

    public JsonElement Element(string name) => fields[name];

    /// <summary>The first of the names that the row has.</summary>
    public string? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Has(name)) return name;
        return null;
    }

    /// <summary>The text of a field that must be there and must not be blank.</summary>
    public string Required(string called, params ReadOnlySpan<string> names)
    {
        var name = First(names) ?? throw new RowException(called, "", "is missing", $"give a non-blank \"{names[0]}\"");
        var text = TextOf(fields[name], name) ?? throw new RowException(name, Raw(fields[name]), "is empty", $"give a non-blank \"{name}\"");
        return text.Length > 0 ? text : throw new RowException(name, Raw(fields[name]), "is empty", $"give a non-blank \"{name}\"");
    }

    /// <summary>The text of a field, or null when it is absent or blank.</summary>
    public string? Optional(params ReadOnlySpan<string> names) => First(names) is { } name && TextOf(fields[name], name) is { Length: > 0 } text ? text : null;

    /// <summary>The texts of a field that may be one text or a list; blank ones are left out.</summary>
    public IReadOnlyList<string> Texts(params ReadOnlySpan<string> names)
    {
        if (First(names) is not { } name) return [];
        var value = fields[name];
        return value.ValueKind is JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(v => TextOf(v, name)).OfType<string>().Where(t => t.Length > 0)]
            : TextOf(value, name) is { Length: > 0 } text ? [text] : [];
    }

    /// <summary>
    /// A text, trimmed: a string, a number, {"str": text} as in ROME's files, or a list's first such value. Null for JSON's null and an empty list.
    /// </summary>
    public static string? TextOf(JsonElement value, string field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.String:
                return Checked(value, field);
            case JsonValueKind.Number:
                return value.GetRawText();
            case JsonValueKind.Object when value.TryGetProperty("str"u8, out var inner):
                return TextOf(inner, field);
            case JsonValueKind.Array:
                return value.GetArrayLength() == 0 ? null : TextOf(value[0], field);
            default:
                throw new RowException(field, Raw(value), $"is {Name(value.ValueKind)}, not text", "give it as a string");
        }
    }

    private static string Checked(JsonElement value, string field)
    {
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json refuses a half of a surrogate pair and bytes that are no UTF-8 alike.
            throw new RowException(field, Raw(value), "holds a lone surrogate or bytes that are not UTF-8", "save the file as UTF-8 with whole characters");
        }

        if (text.Length > LongestText) throw new RowException(field, text, $"has {text.Length:N0} characters, more than {LongestText:N0}", "shorten it");
        for (var i = text.AsSpan().IndexOfAny(s_suspects); i >= 0 && i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0' || (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085')))
                throw new RowException(field, text, $"holds the control character U+{(int)c:X4} at position {i}", "remove it");
            if (c == '\uFFFD') throw new RowException(field, text, "holds the replacement character U+FFFD, which stands for a broken character", "save the file as UTF-8 from its source");
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(c)) throw new RowException(field, text, "holds a lone surrogate", "save the file as UTF-8 with whole characters");
        }

        return text.Trim();
    }

    internal static string Raw(JsonElement value)
    {
        try
        {
            var raw = value.GetRawText();
            return raw.Length <= 60 ? raw.Trim('"') : raw[..60];
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Object => "an object",
        _ => kind.ToString(),
    };
}

/// <summary>Why a row cannot be taken; caught by the reader, never seen outside.</summary>
internal sealed class RowException(string field, string value, string problem, string remedy) : Exception(problem)
{
    public RowProblem At(Row row) => new(row.Number, row.Line, field, RowProblem.Shown(value), Message, remedy);
}
