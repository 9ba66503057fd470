using System.Text.Json;
using MindBridge.Artifacts;

namespace MindBridge.Evaluator.Dashboard.UpgradingLlms;

/// <summary>An LLM's folder as this machine sees it: its family, and the name of its content as trainers and inference will check it.</summary>
/// <param name="Family">What config.json calls <c>model_type</c>.</param>
/// <param name="ContentHash">64 lower-case hexadecimal digits (<see cref="ContentIdentity"/>).</param>
internal sealed record LlmFolder(string Family, string ContentHash)
{
    /// <exception cref="ArgumentException">There is no such folder here, no LLM in it, or a damaged one; the message says what to do.</exception>
    public static async Task<LlmFolder> ReadAsync(string folder, string name, string version, CancellationToken cancellationToken)
    {
        if (!Path.IsPathRooted(folder) || !Directory.Exists(folder))
            throw new ArgumentException($"{folder}: this machine sees no such folder; give the whole path of a Hugging Face folder, or release it where it lies: ./mindbridge llm release {name} --version {version} --path DIR");
        var config = Path.Combine(folder, "config.json");
        if (!File.Exists(config)) throw new ArgumentException($"{folder} holds no config.json; give the Hugging Face folder of an LLM");
        try
        {
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(config, cancellationToken));
            var family = json.RootElement.TryGetProperty("model_type", out var type) && type.GetString() is { Length: > 0 } named ? named : "unknown";
            // Gigabytes are read: not on the thread that draws the page.
            return new LlmFolder(family, await Task.Run(() => ContentIdentity.Of(folder), cancellationToken));
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{config} is no JSON ({e.Message}); download the LLM again", e);
        }
        catch (InvalidDataException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }
}
