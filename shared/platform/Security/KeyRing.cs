using System.Text.Json;
using System.Text.Json.Serialization;

namespace MindBridge.Platform.Security;

/// <summary>The keys that are accepted now: those of the configuration, and those of a file that may change while the service runs.</summary>
public sealed class KeyRing(SecuritySettings settings, TimeProvider time, ILogger<KeyRing> logger)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private IReadOnlyList<ApiKeySettings> read = [];
    private (DateTime Written, long Length) version;
    private long? lookedAt;

    /// <summary>The key's entry; null where it is not known, or has expired.</summary>
    public ApiKeySettings? Find(string key)
    {
        // Hashes are compared, so how long this takes tells nothing about a key.
        var hash = ApiKey.HashOf(key);
        return settings.ApiKeys.Concat(OfFile()).FirstOrDefault(k => string.Equals(k.Sha256, hash, StringComparison.OrdinalIgnoreCase) && !(k.Expires <= time.GetUtcNow()));
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="InvalidDataException">A line is no key; the message names the line.</exception>
    public static IReadOnlyList<ApiKeySettings> Read(string path)
    {
        var keys = new List<ApiKeySettings>();
        foreach (var (line, i) in File.ReadAllLines(path).Select((line, i) => (line, i + 1)))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                keys.Add(JsonSerializer.Deserialize<ApiKeySettings>(line, s_json)!);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {i}: this is no key ({e.Message}); write one object a line with name, tenant, sha256 and role, as `mindbridge key create` does", e);
            }
        }

        return keys;
    }

    /// <summary>A line of a key file.</summary>
    public static string Line(ApiKeySettings key) => JsonSerializer.Serialize(key, s_json);

    private IReadOnlyList<ApiKeySettings> OfFile()
    {
        if (settings.KeyFile.Length == 0) return [];
        lock (gate)
        {
            if (lookedAt is { } at && time.GetElapsedTime(at) < s_look) return read;
            lookedAt = time.GetTimestamp();
            try
            {
                var file = new FileInfo(settings.KeyFile);
                // Until the first key is made there is no file.
                var now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
                if (!file.Exists) (read, version) = ([], now);
                else if (now != version) (read, version) = (Read(settings.KeyFile), now);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // Half a file must not lock everybody out, nor a revoked key back in: what was read stays until it can be read again.
                logger.LogError("the key file cannot be read, so the keys stay as they were: {Reason}", e.Message);
            }

            return read;
        }
    }
}
