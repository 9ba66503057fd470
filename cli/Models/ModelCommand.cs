using System.CommandLine;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model …</c>: look at, check and run a model folder.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Look at, check and run a model folder (Hugging Face safetensors, or llama2.c).")
    {
        ModelInfoCommand.Create(),
        ModelCheckCommand.Create(),
        ModelLogitsCommand.Create(),
        ModelGenerateCommand.Create(),
        ModelPerplexityCommand.Create(),
    };

    /// <summary>The argument every verb here starts with.</summary>
    public static Argument<string> Folder() => new("DIR")
    {
        Description = "Folder with config.json, model.safetensors (or shards with an index) and a tokenizer; or one llama2.c .bin with tok512.bin.",
    };
}
