using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MindBridge.Evaluator.Dashboard.UpgradingLlms;

/// <summary>An LLM's folder as this machine sees it: its family, and the name of its content as trainers and inference will check it.</summary>
/// <param name="Family">What config.json calls <c>model_type</c>.</param>
/// <param name="ContentHash">64 lower-case hexadecimal digits.</param>
internal sealed record LlmFolder(string Family, string ContentHash)
{
    private static readonly string[] ModelFiles = ["*.safetensors", "*.bin", "config.json", "heads.*", "model.safetensors.index.json", "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "bridge.json"];

    private static readonly JsonSerializerOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="ArgumentException">There is no such folder here, or no LLM in it; the message says what to do.</exception>
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
            return new LlmFolder(family, await HashAsync(folder, cancellationToken));
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{config} is no JSON ({e.Message}); download the LLM again", e);
        }
    }

    // The hash of the files' hashes by name, as canonical JSON: no blanks, names in ordinal order.
    private static async Task<string> HashAsync(string folder, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("{");
        foreach (var path in ModelFiles.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan | FileOptions.Asynchronous);
            if (text.Length > 1) text.Append(',');
            text.Append(JsonSerializer.Serialize(Path.GetFileName(path), Canonical)).Append(":\"").Append(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken))).Append('"');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Append('}').ToString())));
    }
}
