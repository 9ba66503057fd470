using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MindBridge.Artifacts;

/// <summary>
/// One spelling for one value: object keys in ordinal order, no insignificant white space, numbers in the shortest form that reads back
/// equal. Hashes of settings and inputs are taken over this form, so that reordering keys in a file changes no id.
/// </summary>
public static class CanonicalJson
{
    /// <summary>How manifests and run records are written for people: indented, camel case, enums by name.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions Compact = new(Options) { WriteIndented = false };

    /// <summary>The canonical text of a value (a record, a dictionary, a <see cref="JsonNode"/> or a <see cref="JsonElement"/>).</summary>
    public static string Of(object? value) => Sorted(ToNode(value))?.ToJsonString(Compact) ?? "null";

    /// <summary>The UTF-8 bytes of <see cref="Of"/>.</summary>
    public static byte[] BytesOf(object? value) => Encoding.UTF8.GetBytes(Of(value));

    internal static JsonNode? ToNode(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        _ => JsonSerializer.SerializeToNode(value, value.GetType(), Options),
    };

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => Number(v),
        _ => node?.DeepClone(),
    };

    // 1, 1.0 and 1e0 are one number and must give one id.
    private static JsonNode Number(JsonValue value)
    {
        var text = value.ToJsonString();
        if (long.TryParse(text, out var whole)) return JsonValue.Create(whole);
        var real = double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        if (real == Math.Floor(real) && Math.Abs(real) < 9e15) return JsonValue.Create((long)real);
        // A float written by C# ("0.1f") must not turn into 0.10000000149011612, so the shortest text that was given is kept.
        return JsonValue.Create(real);
    }
}
