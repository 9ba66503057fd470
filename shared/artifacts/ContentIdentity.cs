namespace MindBridge.Artifacts;

/// <summary>The name of what a model folder holds: the artifact id where it is an artifact, else a hash over the files that a model is made of.</summary>
public static class ContentIdentity
{
    private static readonly string[] ModelFiles = ["*.safetensors", "*.bin", "config.json", "heads.*", "model.safetensors.index.json", "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "bridge.json"];

    /// <summary>64 lower-case hexadecimal digits; equal content gives equal names, wherever the folder lies.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string Of(string folder)
    {
        if (Artifact.Exists(folder)) return Artifact.Open(folder).Id;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder");
        var files = ModelFiles.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Distinct().Order(StringComparer.Ordinal)
            .ToDictionary(path => Path.GetFileName(path), Artifact.HashOf);
        return Artifact.HashOfValue(files);
    }
}
