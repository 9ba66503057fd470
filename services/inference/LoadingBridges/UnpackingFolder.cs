using MindBridge.Platform.Artifacts;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>Where artifacts are unpacked to be read. Nothing stays there: what is loaded is in memory, and the store has the rest.</summary>
internal sealed class UnpackingFolder(ArtifactSettings settings)
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    private readonly string root = Path.Combine(settings.WorkFor("inference"), "loading");

    /// <summary>A new folder that is deleted when it is disposed of.</summary>
    public Unpacked New()
    {
        Directory.CreateDirectory(root);
        // A process that was killed while it loaded left its folder behind.
        foreach (var old in Directory.EnumerateDirectories(root).Where(f => DateTime.UtcNow - Directory.GetLastWriteTimeUtc(f) > Abandoned)) Delete(old);
        return new Unpacked(Directory.CreateDirectory(Path.Combine(root, Guid.NewGuid().ToString("N"))).FullName);
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Another replica was quicker, or the disk refuses; the next load tries again.
        }
    }

    /// <summary>A folder of one load.</summary>
    internal sealed class Unpacked(string folder) : IDisposable
    {
        public string PathOf(string name) => Path.Combine(folder, name);

        public void Dispose() => Delete(folder);
    }
}
