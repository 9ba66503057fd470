using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>An LLM: GPT-2, GPT-J or one of the Llama family.</summary>
public abstract class CausalLanguageModel : Transformer
{
    private protected CausalLanguageModel(ModelConfiguration configuration) : base(configuration)
    {
    }

    /// <summary>Tokens that end a text, as the configuration says; may be empty.</summary>
    public IReadOnlyList<int> EndTokens => Configuration.EndTokens;

    /// <summary>Loads a Hugging Face folder, or a folder with one llama2.c version 0 <c>.bin</c>, in eval mode.</summary>
    /// <param name="folder">Holds config.json and model.safetensors (or shards with an index), or a .bin.</param>
    /// <param name="dtype">Type of the matrices; float32 unless given, whatever the file holds. BFloat16 also sets the compute type.</param>
    /// <param name="device">CPU unless given.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the architecture is no supported LLM.</exception>
    public static CausalLanguageModel From(string folder, ScalarType? dtype = null, Device? device = null) =>
        Checkpoint.Load(folder, dtype, device) is var model && model is CausalLanguageModel causal
            ? causal
            : throw Checkpoint.Mismatch(model, folder, "an LLM (gpt2, gptj, llama, mistral, qwen2)");

    /// <summary>A new model with random weights; the same seed gives the same weights.</summary>
    public static CausalLanguageModel Create(ModelConfiguration configuration, long seed, Device? device = null) =>
        Checkpoint.Create(configuration, seed, device) as CausalLanguageModel
        ?? throw new ArgumentException($"\"{configuration.Family}\" is no LLM; give the configuration of a gpt2, gptj, llama, mistral or qwen2");

    /// <summary>An empty cache for <paramref name="batch"/> rows of up to <paramref name="capacity"/> tokens; dispose it after use.</summary>
    public KeyValueCache NewCache(int batch, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var c = Configuration;
        return new KeyValueCache(c.Layers, batch, c.KeyHeads, c.HeadWidth, Math.Min(capacity, c.MaxPositions), ComputeType, Device);
    }
}
