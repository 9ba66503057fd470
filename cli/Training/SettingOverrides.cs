using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Artifacts;

namespace MindBridge.Cli.Training;

/// <summary><c>--set name=value</c>: any setting of a recipe by its name, as it stands in an artifact's manifest.</summary>
internal static class SettingOverrides
{
    /// <summary>The recipe with the given settings changed.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit; the message says what may be given.</exception>
    public static T Apply<T>(T settings, IEnumerable<string> overrides)
        where T : class
    {
        var names = typeof(T).GetProperties().Where(p => p.CanWrite && p.GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), true).Length == 0)
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToArray();
        var result = settings;
        foreach (var text in overrides)
        {
            var (name, value) = text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (text[..at].Trim(), text[(at + 1)..].Trim()) : throw new ArgumentException($"--set {text}: give a name and a value, for example --set epochs=30");
            var known = Array.Find(names, n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"--set {text}: there is no setting \"{name}\"; there are {string.Join(", ", names)}");
            var json = JsonSerializer.SerializeToNode(result, CanonicalJson.Options)!.AsObject();
            json[known] = Value(value);
            try
            {
                result = json.Deserialize<T>(CanonicalJson.Options)!;
            }
            catch (JsonException e)
            {
                throw new ArgumentException($"--set {text}: \"{value}\" is no value for {known}{Choices(typeof(T), known)}", e);
            }
        }

        return result;
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static string Kind(Type type) => type == typeof(bool) ? "true or false" : type == typeof(string) ? "a text" : type == typeof(int) || type == typeof(long) ? "a whole number" : "a number";

    private static string Choices(Type settings, string name)
    {
        var type = settings.GetProperties().First(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)).PropertyType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? $"; give one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}" : $"; give {Kind(type)}";
    }
}
