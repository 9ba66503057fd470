namespace MindBridge.Platform.Artifacts;

/// <summary>Artifacts as files of one folder, which may be shared by many machines.</summary>
public sealed class FolderArtifactStore : IArtifactStore
{
    private readonly string root;

    /// <param name="root">The folder; made if missing.</param>
    public FolderArtifactStore(string root)
    {
        this.root = Path.GetFullPath(root);
        Directory.CreateDirectory(this.root);
    }

    public async Task<ArtifactId> SaveAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        await using var file = HashedFile.Create(root);
        await file.FillAsync(content, cancellationToken);
        var id = file.Id();
        // A truncated file of that name, left by a broken disk, is replaced as well.
        file.MoveTo(PathOf(id));
        return id;
    }

    public Task<bool> ExistsAsync(ArtifactId id, CancellationToken cancellationToken = default) => Task.FromResult(File.Exists(PathOf(id)));

    public async Task LoadAsync(ArtifactId id, string path, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(PathOf(id))) throw new FileNotFoundException($"artifact {id} is not in {root}; see that every service uses the same store");
        await using var source = new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var file = HashedFile.Create(Path.GetDirectoryName(target)!);
        await file.FillAsync(source, cancellationToken);
        if (file.Id() != id) throw new InvalidDataException($"artifact {id} is damaged: its {file.Length} bytes hash to {file.Id()}; store it again, or retry the job that made it");
        file.MoveTo(target);
    }

    public Task ForgetAsync(ArtifactId id, CancellationToken cancellationToken = default)
    {
        File.Delete(PathOf(id));
        return Task.CompletedTask;
    }

    // Two letters of the id make a folder: a folder of a million files is slow.
    private string PathOf(ArtifactId id) => Path.Combine(root, id.Value[..2], id.Value);
}
