namespace MindBridge.Memory.Tests;

/// <summary>The optional folder with public data sets: MINDBRIDGE_DATA, or "shared" beside the repository.</summary>
internal static class OptionalData
{
    public static string Path(string relative)
    {
        var root = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA") ?? BesideRepository();
        var path = root is null ? null : System.IO.Path.Combine(root, relative);
        Assert.SkipUnless(path is not null && System.IO.Path.Exists(path), $"'{relative}' is not here: set MINDBRIDGE_DATA to the folder that holds data/ and prototype/");
        return path!;
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return System.IO.Path.Combine(folder.Parent?.FullName ?? "/", "shared");
        return null;
    }
}
