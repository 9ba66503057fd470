namespace MindBridge.Cli.Terminal;

/// <summary>A file that is written when long work is done.</summary>
internal static class OutputFile
{
    /// <summary>Refuses, before the work, a place where no file can be written. What is there already stays as it is.</summary>
    /// <exception cref="IOException">It is a folder, or lies in none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Require(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder; give a file");
        var isNew = !File.Exists(path);
        new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        if (isNew) File.Delete(path);
    }
}
