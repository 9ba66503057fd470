namespace MindBridge.Platform.Artifacts;

/// <summary>A folder for each attempt at a job. It goes with the attempt; what a killed process left goes a day later.</summary>
public sealed class WorkFolders(string service, ArtifactSettings artifacts)
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>A folder for this attempt, named by its fence.</summary>
    public WorkFolder Open(Guid job, long fence)
    {
        var jobs = Path.Combine(artifacts.WorkFor(service), "jobs");
        Directory.CreateDirectory(jobs);
        foreach (var old in Directory.EnumerateDirectories(jobs).Where(folder => Directory.GetLastWriteTimeUtc(folder) < DateTime.UtcNow - Abandoned)) WorkFolder.Remove(old);
        return new WorkFolder(Directory.CreateDirectory(Path.Combine(jobs, $"{job:N}-{fence}")).FullName);
    }
}

/// <summary>Where one attempt works; gone when it ends.</summary>
public sealed class WorkFolder(string path) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose() => Remove(Path);

    internal static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A later attempt removes it.
        }
    }
}
