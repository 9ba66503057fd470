using System.Text.Encodings.Web;
using System.Text.Json;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>JSON that a person can read.</summary>
internal static class Pretty
{
    // Razor escapes what it writes; escaping letters besides would only make them unreadable.
    private static readonly JsonSerializerOptions Lines = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text as it is, where it is no JSON.</summary>
    public static string Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, Lines);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
