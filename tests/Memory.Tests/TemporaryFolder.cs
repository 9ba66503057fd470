namespace MindBridge.Memory.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mindbridge-test-").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string File(string name, string text)
    {
        System.IO.File.WriteAllText(At(name), text);
        return At(name);
    }

    public string File(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
