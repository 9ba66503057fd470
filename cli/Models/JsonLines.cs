using System.Text.Json;

namespace MindBridge.Cli.Models;

/// <summary>Reads the "text" of each line of a JSON lines file.</summary>
internal static class JsonLines
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line has no text; the message has its number.</exception>
    public static IEnumerable<string> Texts(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder; give a file");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file", path);
        return Read(path);
    }

    private static IEnumerable<string> Read(string path)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            yield return Text(path, line, number);
        }
    }

    private static string Text(string path, string line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
                return text.GetString()!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}, line {number}: not readable JSON ({e.Message})", e);
        }
        throw new InvalidDataException($"{path}, line {number}: no \"text\"; give a line like {{\"text\":\"…\"}}");
    }
}
