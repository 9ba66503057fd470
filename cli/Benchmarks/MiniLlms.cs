using MindBridge.Cli.Demo;
using MindBridge.Models;

namespace MindBridge.Cli.Benchmarks;

/// <summary>The mini LLMs: those of the data folder, or, where that is not here, untrained ones of their shape with a shipped tokenizer. A token costs the same.</summary>
internal static class MiniLlms
{
    /// <summary>Where those of this process are made.</summary>
    public static string Made => Path.Combine(Path.GetTempPath(), $"mindbridge-minis-{Environment.ProcessId}");

    /// <summary>The folder of "mini-gpt2" or "mini-llama".</summary>
    public static string Find(string name)
    {
        var data = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA") ?? Path.Combine(Path.GetDirectoryName(PythonPeer.Root())!, "shared");
        var found = Path.Combine(data, "prototype", "checkpoints", name);
        return Directory.Exists(found) ? found : Make(name);
    }

    private static string Make(string name)
    {
        var isLlama = name == "mini-llama";
        var shipped = Path.Combine(DemoSettings.ShippedModels, isLlama ? "demo-llama" : "demo-gpt");
        // As many as the tokenizer spells.
        var vocabulary = ModelConfiguration.From(shipped).VocabularySize;
        var folder = Path.Combine(Made, name);
        using var model = CausalLanguageModel.Create(
            isLlama ? ModelConfiguration.Llama(vocabulary, 256, 4, 8, 4, 688, 1024, begin: vocabulary - 2, end: vocabulary - 1) : ModelConfiguration.Gpt2(vocabulary, 256, 4, 4, 512, end: vocabulary - 1), 1);
        model.Save(folder);
        foreach (var file in Directory.EnumerateFiles(shipped).Where(f => Path.GetFileName(f) is "tokenizer.json" or "tokenizer_config.json" or "vocab.json" or "merges.txt"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        return folder;
    }
}
