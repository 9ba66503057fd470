using System.Security.Cryptography;

namespace MindBridge.Platform.Artifacts;

/// <summary>A file on its way to its place: written beside it and hashed meanwhile, flushed to the disk, then renamed; gone if it never got there.</summary>
internal sealed class HashedFile : IAsyncDisposable
{
    private readonly string temporary;
    private readonly FileStream stream;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool moved;

    private HashedFile(string temporary)
    {
        this.temporary = temporary;
        stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
    }

    public long Length => stream.Length;

    public static HashedFile Create(string folder) => new(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"));

    public async Task FillAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    public ArtifactId Id() => new(Convert.ToHexStringLower(hash.GetCurrentHash()));

    public void MoveTo(string path)
    {
        stream.Flush(flushToDisk: true);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
        moved = true;
        FolderFlush.Flush(Path.GetDirectoryName(path)!);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        hash.Dispose();
        if (!moved) File.Delete(temporary);
    }
}
