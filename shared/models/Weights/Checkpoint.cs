using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Opens a model folder of any supported kind, or makes a new model.</summary>
public static class Checkpoint
{
    /// <summary>Loads whatever model <paramref name="folder"/> holds, encoder or LLM. See <see cref="CausalLanguageModel.From"/> for the rest.</summary>
    public static Transformer Load(string folder, ScalarType? dtype = null, Device? device = null)
    {
        if (dtype is not (null or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentException($"a model cannot be loaded as {dtype}; give Float32, BFloat16 or Float16");
        if (File.Exists(folder)) throw new DirectoryNotFoundException($"{folder} is a file; give the folder that holds it");
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder");
        if (Llama2C.FileOf(folder) is { } file) return Llama2C.Load(file, dtype ?? ScalarType.Float32, device ?? CPU);
        var configuration = ModelConfiguration.From(folder);
        using var tensors = TensorSource.Open(folder);
        var model = Build(configuration);
        try
        {
            // Names and shapes first: a wrong file is refused before memory is taken for it.
            WeightLoader.Check(model, tensors);
            model.Allocate(dtype ?? ScalarType.Float32, device ?? CPU);
            WeightLoader.Fill(model, tensors);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        model.eval();
        return model;
    }

    /// <summary>
    /// Sees that a folder holds a whole model without taking memory for its weights: its configuration, and from the headers of its safetensors every tensor in its shape, with all its bytes.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which.</exception>
    /// <exception cref="InvalidDataException">A file is cut short or malformed, or the architecture is not supported.</exception>
    public static ModelConfiguration Inspect(string folder)
    {
        var configuration = ModelConfiguration.From(folder);
        using var tensors = TensorSource.Open(folder);
        using var model = Build(configuration);
        WeightLoader.Check(model, tensors);
        return configuration;
    }

    internal static Transformer Create(ModelConfiguration configuration, long seed, Device? device)
    {
        var model = Build(configuration);
        model.Allocate(ScalarType.Float32, device ?? CPU);
        model.Draw(seed);
        model.eval();
        return model;
    }

    internal static Transformer Build(ModelConfiguration configuration) => configuration.Family switch
    {
        "bert" => new BertForMaskedLM(configuration),
        "distilbert" => new DistilBertForMaskedLM(configuration),
        "gpt2" => new Gpt2LMHeadModel(configuration),
        "gptj" => new GptJForCausalLM(configuration),
        _ => new LlamaForCausalLM(configuration),
    };

    internal static InvalidDataException Mismatch(Transformer model, string folder, string wanted)
    {
        var family = model.Family;
        model.Dispose();
        return new InvalidDataException($"{folder}: holds a \"{family}\" model, but {wanted} is wanted here");
    }
}
