namespace MindBridge.Models.Tests;

/// <summary>The optional data folder, with <c>data/</c> and <c>prototype/</c> in it.</summary>
internal static class SharedData
{
    private static readonly string s_folder = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA") ?? Default();

    /// <summary>A path in the data folder; skips the test where it is absent.</summary>
    public static string Find(string relative)
    {
        var path = Path.Combine(s_folder, relative);
        if (!Path.Exists(path)) Assert.Skip($"{path} is not here; MINDBRIDGE_DATA can name the folder that holds data/ and prototype/");
        return path;
    }

    private static string Default()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) folder = folder.Parent;
        return Path.Combine(folder?.Parent?.FullName ?? "/", "shared");
    }
}
