using System.Text.Json;

namespace MindBridge.Tokenizers.Loading;

/// <summary>A value in a JSON file that knows where it stands, so that a complaint names file and place.</summary>
internal readonly struct JsonNode
{
    private readonly JsonElement element;
    private readonly string file;
    private readonly string? path;

    private JsonNode(JsonElement element, string file, string path)
    {
        this.element = element;
        this.file = file;
        this.path = path;
    }

    public string Path => path ?? "";
    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
    public bool IsObject => element.ValueKind == JsonValueKind.Object;
    public bool IsString => element.ValueKind == JsonValueKind.String;

    public static JsonNode Read(string file)
    {
        try
        {
            return new JsonNode(JsonDocument.Parse(File.ReadAllBytes(file)).RootElement, file, "");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: not valid JSON ({e.Message.TrimEnd('.')}); the file is damaged or cut off, copy it from the model again", e);
        }
    }

    /// <summary>The member of this name; a null value where it is missing.</summary>
    public JsonNode this[string name] => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        ? new JsonNode(value, file, Path.Length == 0 ? name : $"{Path}.{name}")
        : new JsonNode(default, file, Path.Length == 0 ? name : $"{Path}.{name}");

    public InvalidDataException Wrong(string what)
        => new($"{file}: {(Path.Length == 0 ? "the file" : Path)} {what}; take the file of the model again, or correct it");

    public NotSupportedException Unknown(string what, string known)
        => new($"{file}: {Path} is {what}, which this program does not know; it knows {known}");

    public string Text()
    {
        if (element.ValueKind != JsonValueKind.String) throw Wrong($"must be a string and is {Kind}");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{file}: {Path} holds half a surrogate pair; correct the escape \\uD800-\\uDFFF there", e);
        }
    }

    public string? TextOrNull() => IsNull ? null : Text();

    public int Number() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : throw Wrong($"must be a whole number and is {Kind}");

    public bool Flag(bool otherwise = false) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => otherwise,
        _ => throw Wrong($"must be true or false and is {Kind}"),
    };

    public IEnumerable<JsonNode> Items()
    {
        if (element.ValueKind != JsonValueKind.Array) throw Wrong($"must be a list and is {Kind}");
        var k = 0;
        foreach (var item in element.EnumerateArray()) yield return new JsonNode(item, file, $"{Path}[{k++}]");
    }

    public IEnumerable<(string Name, JsonNode Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object) throw Wrong($"must be an object and is {Kind}");
        var parent = Path;
        foreach (var member in element.EnumerateObject())
        {
            string name;
            try
            {
                name = member.Name;
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidDataException($"{file}: {parent} has a name with half a surrogate pair; correct the escape \\uD800-\\uDFFF there", e);
            }

            yield return (name, new JsonNode(member.Value, file, $"{parent}.{name}"));
        }
    }

    private string Kind => element.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => $"the number {element.GetRawText()}",
        _ => element.GetRawText(),
    };
}
