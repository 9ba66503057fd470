namespace MindBridge.Tokenizers.Tests;

/// <summary>The optional folder with public data and reference checkpoints: MINDBRIDGE_DATA, or "shared" beside the repository.</summary>
internal static class SharedData
{
    public static string PathOrSkip(string relative)
    {
        var root = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA") ?? BesideRepository();
        var path = root is null ? null : Path.Combine(root, relative);
        Assert.SkipUnless(path is not null && Path.Exists(path), $"'{relative}' is not here: set MINDBRIDGE_DATA to the folder that holds data/ and prototype/");
        return path!;
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return Path.Combine(folder.Parent!.FullName, "shared");
        }

        return null;
    }
}
