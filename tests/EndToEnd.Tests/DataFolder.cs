namespace MindBridge.EndToEnd.Tests;

/// <summary>The optional folder with public data sets and the mini checkpoints (MINDBRIDGE_DATA, default: "shared" beside the repository).</summary>
internal static class DataFolder
{
    public static string? Path { get; } = Find();

    /// <summary>A path below the folder; skips the running test, saying why, when the folder is absent.</summary>
    public static string Need(params string[] parts)
    {
        Assert.SkipWhen(Path is null, "the optional data folder is absent: set MINDBRIDGE_DATA to the folder that holds data/ and prototype/");
        return System.IO.Path.Combine([Path!, .. parts]);
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? named : null;
        var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Repository.Root)!, "shared");
        return Directory.Exists(System.IO.Path.Combine(beside, "prototype")) ? beside : null;
    }
}
