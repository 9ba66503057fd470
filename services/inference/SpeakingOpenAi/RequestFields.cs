using System.Globalization;
using System.Text.Json;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>A request's JSON, field by field; what will not do is refused with the field's name. null counts as absent.</summary>
internal sealed class RequestFields(JsonElement body)
{
    public bool Has(string name) => Find(name) is not null;

    public JsonElement? Find(string name) => body.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => StringOf(value, name),
        var other => throw Wrong(name, other.Value, "a string"),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        var other => throw Wrong(name, other.Value, "true or false"),
    };

    public double Number(string name, double otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) => number,
        var other => throw Wrong(name, other.Value, "a number"),
    };

    public int? Whole(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        var other => throw Wrong(name, other.Value, "a whole number"),
    };

    public ulong? Seed()
    {
        if (Find("seed") is not { } value) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var signed)) return unchecked((ulong)signed);
        return value.ValueKind is JsonValueKind.Number && value.TryGetUInt64(out var unsigned) ? unsigned : throw Wrong("seed", value, "a whole number");
    }

    /// <summary>A string, or a list of them.</summary>
    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } value => [StringOf(value, name)],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(e => e.ValueKind is JsonValueKind.String ? StringOf(e, name) : throw Wrong(name, e, "a string or a list of strings"))],
        var other => throw Wrong(name, other.Value, "a string or a list of strings"),
    };

    /// <summary>Texts or, as lists of whole numbers, their tokens: one or several.</summary>
    public IReadOnlyList<(string? Text, IReadOnlyList<int> Ids)> Prompts(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0 || list[0].ValueKind is not (JsonValueKind.Number or JsonValueKind.Array)) return [.. Texts(name).Select(t => ((string?)t, (IReadOnlyList<int>)[]))];
        return list[0].ValueKind is JsonValueKind.Number ? [(null, Ids(list))] : [.. list.EnumerateArray().Select(ids => ((string?)null, Ids(ids)))];

        IReadOnlyList<int> Ids(JsonElement ids) => ids.ValueKind is JsonValueKind.Array && ids.GetArrayLength() > 0
            ? [.. ids.EnumerateArray().Select(id => id.ValueKind is JsonValueKind.Number && id.TryGetInt32(out var number) ? number : throw Wrong(name, id, "texts, or lists of token ids"))]
            : throw Wrong(name, ids, "texts, or lists of token ids");
    }

    /// <summary>Refuses what would change the answer and is not done here; what asks for nothing, or for one of the usual values (JSON), passes.</summary>
    public void Refuse(string name, string why, params IReadOnlyList<string> usual)
    {
        if (Find(name) is { } value && !IsNothing(value) && !usual.Any(u => JsonElement.DeepEquals(value, JsonElement.Parse(u)))) throw new OpenAiArgumentException(name, $"{name} is not supported ({why}); leave it out", "unsupported_parameter");
    }

    /// <summary>A string as it was sent; half a surrogate pair is none.</summary>
    public static string StringOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new OpenAiArgumentException(name, $"{name} is no valid text (half a surrogate pair); send whole characters");
        }
    }

    public static OpenAiArgumentException Wrong(string name, JsonElement value, string wanted)
    {
        var raw = value.GetRawText();
        return new(name, string.Create(CultureInfo.InvariantCulture, $"{name} is {(raw.Length > 40 ? raw[..40] + "…" : raw)}; give {wanted}"));
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
