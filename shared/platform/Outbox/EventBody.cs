using System.Text.Json;
using MindBridge.Contracts;

namespace MindBridge.Platform.Outbox;

/// <summary>How events are written into rows and read back.</summary>
internal static class EventBody
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);

    public static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    /// <exception cref="InvalidDataException">The row holds no event that this version knows.</exception>
    public static IEvent Read(string type, string body)
    {
        if (Type.GetType(type) is not { } known || !typeof(IEvent).IsAssignableFrom(known))
            throw new InvalidDataException($"{type} is no event that this version knows; run the version that wrote it, then replay");
        try
        {
            return (IEvent?)JsonSerializer.Deserialize(body, known, Options) ?? throw new InvalidDataException($"the body of a {type} is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the body of a {type} cannot be read: {e.Message}", e);
        }
    }
}
