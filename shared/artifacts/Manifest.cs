using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Artifacts;

/// <summary>The content of <c>manifest.json</c>.</summary>
internal sealed record Manifest(
    string Kind,
    string Id,
    JsonObject Inputs,
    JsonObject Settings,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<string> Parents,
    JsonObject Metrics)
{
    public static Manifest Create(string kind, object? inputs, object? settings, IReadOnlyList<string> parents, object? metrics, SortedDictionary<string, string> files)
    {
        var draft = new Manifest(kind, "", ObjectOf(inputs), ObjectOf(settings), files, parents, ObjectOf(metrics));
        // The values an id is computed from are those a reader will see: through text and back once.
        var read = Parse(draft.ToJson(), "");
        return read with { Id = read.ComputeId() };
    }

    public static Manifest Read(string folder)
    {
        var path = Path.Combine(folder, Artifact.ManifestName);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is not an artifact: {Artifact.ManifestName} is missing; give a folder that a mindbridge command wrote, or make it again");
        return Parse(File.ReadAllText(path), folder);
    }

    public string ComputeId() => Artifact.HashOfValue(new JsonObject
    {
        ["kind"] = Kind,
        ["files"] = FilesNode(),
        ["inputs"] = Inputs.DeepClone(),
        ["settings"] = Settings.DeepClone(),
        ["parents"] = new JsonArray([.. Parents.Select(p => (JsonNode?)JsonValue.Create(p))]),
    });

    public string ToJson() => new JsonObject
    {
        ["kind"] = Kind,
        ["id"] = Id,
        ["inputs"] = Inputs.DeepClone(),
        ["settings"] = Settings.DeepClone(),
        ["files"] = FilesNode(),
        ["parents"] = new JsonArray([.. Parents.Select(p => (JsonNode?)JsonValue.Create(p))]),
        ["metrics"] = Metrics.DeepClone(),
    }.ToJsonString(CanonicalJson.Options) + "\n";

    private JsonObject FilesNode() => new(Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, (JsonNode?)JsonValue.Create(f.Value))));

    private static Manifest Parse(string text, string folder)
    {
        try
        {
            var root = JsonNode.Parse(text) as JsonObject ?? throw Bad(folder, "it is not a JSON object");
            var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, hash) in Section(root, "files", folder))
            {
                if (!IsSafe(name)) throw Bad(folder, $"the file name \"{name}\" leaves the artifact's folder");
                files.Add(name, hash!.GetValue<string>());
            }

            return new Manifest(
                Text(root, "kind", folder),
                Text(root, "id", folder),
                Section(root, "inputs", folder),
                Section(root, "settings", folder),
                files,
                [.. (root["parents"] as JsonArray ?? []).Select(p => p!.GetValue<string>())],
                root["metrics"] as JsonObject ?? []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw Bad(folder, $"it cannot be read ({e.Message})");
        }
    }

    // Relative, inside the folder, one spelling: "a", "a/b"; never "/a", "../a", "a//b", "C:a", "a\b".
    private static bool IsSafe(string name) =>
        name.Length is > 0 and < 1024
        && name != Artifact.ManifestName
        && name.AsSpan().IndexOfAny("\\:\0") < 0
        && Array.TrueForAll(name.Split('/'), part => part is not ("" or "." or ".."));

    private static string Text(JsonObject root, string name, string folder) =>
        root[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Bad(folder, $"\"{name}\" is missing or no text");

    private static JsonObject Section(JsonObject root, string name, string folder) =>
        root[name] as JsonObject ?? throw Bad(folder, $"\"{name}\" is missing or no object");

    private static JsonObject ObjectOf(object? value) => value is null
        ? []
        : CanonicalJson.ToNode(value) as JsonObject ?? throw new ArgumentException("inputs, settings and metrics must be JSON objects (records or dictionaries)", nameof(value));

    private static InvalidDataException Bad(string folder, string what) =>
        new($"{folder}: {Artifact.ManifestName} is damaged: {what}; copy the artifact again or make it again");
}
