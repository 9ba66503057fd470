using MindBridge.Memory.Tests.Training;

namespace MindBridge.EndToEnd.Tests;

/// <summary>The tiny world's models and files, made once for the tests of a class.</summary>
public sealed class TinyFiles : IDisposable
{
    private readonly TinyWorld world = new();

    public TinyFiles()
    {
        Edits = Write("edits.jsonl", string.Concat(TinyWorld.Edits.Select(e =>
            $$"""{"id":"{{e.Id}}","subject":"{{e.Subject}}","relation":"home","prompt":"{{e.Prompt}}","object":"{{e.Object}}","paraphrases":["the city of {{e.Subject}} is"]}""" + "\n")));
        OutOfScope = Write("oos.jsonl", string.Concat(TinyWorld.OutOfScope.Where(o => o.EditId is null).Select(o => $$"""{"prompt":"{{o.Prompt}}"}""" + "\n")));
    }

    public string Root => world.Root;

    public string Encoder => world.Encoder;

    public string Gpt2 => world.Gpt2;

    public string Llama => world.Llama;

    public string Edits { get; }

    public string OutOfScope { get; }

    public string Write(string name, string text)
    {
        var path = Path.Combine(world.Root, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A copy of a model folder, to be damaged.</summary>
    public string Copy(string folder, string name)
    {
        var copy = Path.Combine(world.Root, name);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        return copy;
    }

    public void Dispose() => world.Dispose();
}
