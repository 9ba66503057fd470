using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>An encoder with its masked-language-model head: BERT or DistilBERT.</summary>
public abstract class MaskedLanguageModel : Transformer
{
    private protected MaskedLanguageModel(ModelConfiguration configuration) : base(configuration)
    {
    }

    /// <summary>Loads a Hugging Face folder, in eval mode.</summary>
    /// <param name="folder">Holds config.json and model.safetensors (or shards with an index).</param>
    /// <param name="dtype">Type of the matrices; float32 unless given, whatever the file holds. BFloat16 also sets the compute type.</param>
    /// <param name="device">CPU unless given.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the architecture is no supported encoder.</exception>
    public static MaskedLanguageModel From(string folder, ScalarType? dtype = null, Device? device = null) =>
        Checkpoint.Load(folder, dtype, device) is var model && model is MaskedLanguageModel masked
            ? masked
            : throw Checkpoint.Mismatch(model, folder, "an encoder (bert, distilbert)");

    /// <summary>A new model with random weights; the same seed gives the same weights.</summary>
    public static MaskedLanguageModel Create(ModelConfiguration configuration, long seed, Device? device = null) =>
        Checkpoint.Create(configuration, seed, device) as MaskedLanguageModel
        ?? throw new ArgumentException($"\"{configuration.Family}\" is no encoder; give the configuration of a bert or distilbert");
}
