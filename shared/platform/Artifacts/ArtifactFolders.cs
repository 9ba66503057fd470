using System.Security.Cryptography;
using System.Text.Json;

namespace MindBridge.Platform.Artifacts;

/// <summary>
/// Whole folders as artifacts: an encoder is several files. The files are stored each by its hash, and the list of names and hashes is stored too: its id
/// is the folder's. Equal folders have equal ids, and files that two folders share are stored once.
/// </summary>
public static class ArtifactFolders
{
    /// <summary>Stores every file below a folder.</summary>
    public static async Task<ArtifactId> SaveFolderAsync(this IArtifactStore store, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var list = new MemoryStream(await ListAsync(folder, async content => (await store.SaveAsync(content, cancellationToken)).Value));
        return await store.SaveAsync(list, cancellationToken);
    }

    /// <summary>The id under which a folder as it is now would be stored; nothing is stored.</summary>
    public static async Task<ArtifactId> IdOfFolderAsync(string folder, CancellationToken cancellationToken = default) =>
        new(Convert.ToHexStringLower(SHA256.HashData(await ListAsync(folder, async content => Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))))));

    private static async Task<byte[]> ListAsync(string folder, Func<Stream, Task<string>> hashOf)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await using var content = File.OpenRead(path);
            files[Path.GetRelativePath(folder, path).Replace('\\', '/')] = await hashOf(content);
        }

        return files.Count > 0 ? JsonSerializer.SerializeToUtf8Bytes(files) : throw new ArgumentException($"{folder} holds no files; an artifact must");
    }

    /// <summary>Puts a stored folder's files below <paramref name="folder"/>, every one verified.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or the id names no folder.</exception>
    /// <exception cref="FileNotFoundException">The folder or one of its files is not stored.</exception>
    public static async Task LoadFolderAsync(this IArtifactStore store, ArtifactId id, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var list = Path.Combine(folder, $".{id}.files");
        await store.LoadAsync(id, list, cancellationToken);
        var files = Read(await File.ReadAllBytesAsync(list, cancellationToken), id);
        File.Delete(list);
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        foreach (var (name, hash) in files)
        {
            var target = Path.GetFullPath(Path.Combine(root, name));
            if (!target.StartsWith(root, StringComparison.Ordinal)) throw new InvalidDataException($"artifact {id} names a file outside its folder (\"{name}\"); it is not ours");
            await store.LoadAsync(new ArtifactId(hash), target, cancellationToken);
        }
    }

    private static Dictionary<string, string> Read(byte[] list, ArtifactId id)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(list) ?? throw new InvalidDataException($"artifact {id} lists no files");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"artifact {id} is a single file, no folder; load it as one", e);
        }
    }
}
