using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;

namespace MindBridge.Cli.Demo;

/// <summary>Size and place of a demo run, and the gates it must pass.</summary>
internal sealed record DemoSettings
{
    public const int DefaultEdits = 300;

    /// <summary>Percent of the world's facts that a base model must know, and scores after editing.</summary>
    public const double LeastKnown = 90, LeastRel = 97, LeastGen = 90, LeastLoc = 97;

    /// <summary>The base models that lie beside the program.</summary>
    public static string ShippedModels => Path.Combine(AppContext.BaseDirectory, "demo");

    public int Edits { get; init; } = DefaultEdits;

    public long Seed { get; init; }

    public int? Epochs { get; init; }

    public required string Folder { get; init; }

    public required string Models { get; init; }

    public string? Json { get; init; }

    /// <summary>End with a prompt for questions.</summary>
    public bool Asks { get; init; }

    public string EncoderBase => Model("demo-encoder");

    public string FirstLlm => Model("demo-gpt");

    public string NextLlm => Model("demo-llama");

    public EditingRunSettings Run => new()
    {
        Encoder = new EncoderTrainingSettings { Epochs = Epochs ?? 12, WordingShare = 0.6, Seed = Seed },
        Bridge = new BridgeTrainingSettings { Seed = Seed },
    };

    private string Model(string name)
    {
        var folder = Path.Combine(Models, name);
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"{folder}: the demo's base model is missing; build the program again, or give --models DIR");
    }
}
