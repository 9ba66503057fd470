using MindBridge.Cli.Training;
using MindBridge.Memory.Recipes;
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

    public IReadOnlyList<string> EncoderOverrides { get; init; } = [];

    public IReadOnlyList<string> BridgeOverrides { get; init; } = [];

    public required string Folder { get; init; }

    public required string Models { get; init; }

    public string? Json { get; init; }

    /// <summary>End with a prompt for questions.</summary>
    public bool Asks { get; init; }

    public string EncoderBase => Model("demo-encoder");

    public string FirstLlm => Model("demo-gpt");

    public string NextLlm => Model("demo-llama");

    /// <summary>The recipe for edits by the hundred: small batches, as there are few steps in an epoch.</summary>
    public EditingRunSettings Run => new()
    {
        Encoder = SettingOverrides.Apply(Recipe.EncoderOfFew with { Epochs = Epochs ?? Recipe.EncoderOfFew.Epochs, Seed = Seed }, EncoderOverrides),
        Bridge = SettingOverrides.Apply(Recipe.BridgeOfFew with { Epochs = Epochs ?? Recipe.BridgeOfFew.Epochs, Seed = Seed }, BridgeOverrides),
    };

    private string Model(string name)
    {
        var folder = Path.Combine(Models, name);
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"{folder}: the demo's base model is missing; build the program again, or give --models DIR");
    }
}
