using System.Globalization;
using System.Text.Json;
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

    /// <summary>What decides a run's results; two runs of one identity may go on with one another's work.</summary>
    public string Identity => JsonSerializer.Serialize(new { Edits, Seed, Epochs, EncoderOverrides, BridgeOverrides, Models });

    public string EncoderBase => Model("demo-encoder");

    public string FirstLlm => Model("demo-gpt");

    public string NextLlm => Model("demo-llama");

    /// <summary>What a bridge must reach to be promoted, in percent.</summary>
    public (double Rel, double Gen, double Loc) Gates { get; init; } = (LeastRel, LeastGen, LeastLoc);

    /// <summary>What the platform's services are told, beyond their defaults.</summary>
    public IEnumerable<(string Key, string Value)> ForServices()
    {
        yield return ("Encoder:Seed", Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("Encoder:Prefixes", DemoFiles.SentencesOf(Folder));
        yield return ("Bridge:Seed", Seed.ToString(CultureInfo.InvariantCulture));
        if (Epochs is { } epochs)
        {
            yield return ("Encoder:Epochs", epochs.ToString(CultureInfo.InvariantCulture));
            yield return ("Bridge:Epochs", epochs.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (section, overrides) in ((string, IReadOnlyList<string>)[])[("Encoder", EncoderOverrides), ("Bridge", BridgeOverrides)])
            foreach (var pair in overrides)
                yield return ($"{section}:Recipe:{pair.Split('=', 2)[0]}", pair.Split('=', 2) is [_, var value] ? value : throw new ArgumentException($"\"{pair}\" sets nothing; write NAME=VALUE"));
        // Nobody else waits for anything here.
        yield return ("Jobs:Poll", "00:00:00.200");
    }

    private string Model(string name)
    {
        var folder = Path.Combine(Models, name);
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"{folder}: the demo's base model is missing; build the program again, or give --models DIR");
    }
}
