using System.Text.Json;

namespace MindBridge.Models;

/// <summary>The safetensors of a folder: <c>model.safetensors</c>, or shards that <c>model.safetensors.index.json</c> lists.</summary>
internal sealed class TensorSource : IDisposable
{
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private TensorSource(string name) => Name = name;

    /// <summary>What error messages call the source.</summary>
    public string Name { get; }

    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    public bool Contains(string name) => _fileOf.ContainsKey(name);

    /// <summary>The file that holds <paramref name="name"/>.</summary>
    public SafetensorsFile FileOf(string name) => _fileOf[name];

    public static TensorSource Open(string folder)
    {
        var single = Path.Combine(folder, "model.safetensors");
        var index = Path.Combine(folder, "model.safetensors.index.json");
        var source = new TensorSource(File.Exists(single) ? "model.safetensors" : "model.safetensors.index.json");
        try
        {
            if (File.Exists(single)) source.AddAll(Safetensors.Open(single));
            else if (File.Exists(index)) source.AddShards(folder, index);
            else if (Directory.EnumerateFiles(folder, "*.bin").Any() || Directory.EnumerateFiles(folder, "*.pt").Any())
                throw new InvalidDataException(
                    $"{folder}: the weights are in a pickle file, which can run code when opened and is never read here; " +
                    "convert it with safetensors.torch.save_file, or fetch the model's model.safetensors");
            else throw new FileNotFoundException($"{folder}: neither model.safetensors nor model.safetensors.index.json is here");
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private void AddAll(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (var name in file.Names) _fileOf[name] = file;
    }

    private void AddShards(string folder, string index)
    {
        const string Index = "model.safetensors.index.json";
        var open = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var (tensor, shard) in ReadIndex(index))
        {
            // A shard is a plain file beside the index; anything else would let an index read files elsewhere.
            if (shard.Length == 0 || shard.IndexOfAny(['/', '\\', '\0']) >= 0 || shard is "." or "..")
                throw new InvalidDataException($"{Index}: tensor \"{tensor}\" lies in \"{shard}\", which is no file name");
            if (!open.TryGetValue(shard, out var file))
            {
                var path = Path.Combine(folder, shard);
                if (!File.Exists(path)) throw new FileNotFoundException($"{folder}: {Index} lists {shard}, which is not here; fetch it again", path);
                file = Safetensors.Open(path);
                _files.Add(file);
                open[shard] = file;
            }
            if (!file.Contains(tensor)) throw new InvalidDataException($"{shard}: tensor \"{tensor}\" is missing, though {Index} says it is there");
            _fileOf[tensor] = file;
        }
    }

    private static List<(string Tensor, string Shard)> ReadIndex(string path)
    {
        const string Index = "model.safetensors.index.json";
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"{Index}: there is no \"weight_map\" object");
            return [.. map.EnumerateObject().Select(p => (p.Name, p.Value.ValueKind == JsonValueKind.String
                ? p.Value.GetString()!
                : throw new InvalidDataException($"{Index}: tensor \"{p.Name}\" has no file name")))];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Index}: not readable JSON ({e.Message})", e);
        }
    }
}
