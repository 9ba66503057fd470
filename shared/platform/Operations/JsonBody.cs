using System.Text.Json;

namespace MindBridge.Platform.Operations;

/// <summary>What a job's payload or an event's body says, whatever its kind.</summary>
public static class JsonBody
{
    /// <summary>The tenant whose data it is about; null where it names none.</summary>
    public static string? Tenant(string json) => Field(json, "tenant") ?? Field(json, "tenantId");

    /// <summary>The memory that it is about; null where it names none.</summary>
    public static Guid? Memory(string json) => Guid.TryParse(Field(json, "memoryId"), out var memory) ? memory : null;

    /// <summary>A field that holds a text; null where there is none.</summary>
    public static string? Field(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object) return null;
            foreach (var property in document.RootElement.EnumerateObject())
                if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind is JsonValueKind.String) return property.Value.GetString();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
