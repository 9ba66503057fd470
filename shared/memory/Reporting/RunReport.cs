using System.Text.Json;
using MindBridge.Artifacts;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Reporting;

/// <summary>Everything the report of a run shows. Written beside the run's artifacts as <c>report.json</c>.</summary>
public sealed record RunReport
{
    /// <summary>The file in a run's folder.</summary>
    public const string FileName = "report.json";

    /// <summary>What the run is called.</summary>
    public required string Name { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>Its seeds.</summary>
    public IReadOnlyList<long> Seeds { get; init; } = [];

    /// <summary>The artifacts it made or used.</summary>
    public IReadOnlyList<ReportArtifact> Artifacts { get; init; } = [];

    /// <summary>Learning curves: one for each thing trained.</summary>
    public IReadOnlyList<LossCurve> Curves { get; init; } = [];

    /// <summary>Scores with intervals.</summary>
    public IReadOnlyList<ScoreCard> Scores { get; init; } = [];

    /// <summary>Features in two dimensions; null when none were taken.</summary>
    public FeatureMap? Features { get; init; }

    /// <summary>Answers before and after.</summary>
    public IReadOnlyList<AnswerRow> Answers { get; init; } = [];

    /// <summary>Seconds by what took them, in order; the costs of an upgrade are drawn from these.</summary>
    public IReadOnlyList<Cost> Costs { get; init; } = [];

    /// <summary>Conditions and whether they held.</summary>
    public IReadOnlyList<ReportGate> Gates { get; init; } = [];

    /// <summary>Sentences a reader should know, for example what was left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Writes <c>report.json</c>, whole or not at all.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Write(string folder) => DurableFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, CanonicalJson.Options));

    /// <summary>Reads <c>report.json</c>.</summary>
    /// <exception cref="FileNotFoundException">The folder has none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RunReport Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file; give the folder of a run");
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<RunReport>(stream, CanonicalJson.Options) ?? throw new InvalidDataException($"{path} is empty; run again, or delete it");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged ({e.Message}); run again, or delete it", e);
        }
    }
}

/// <summary>An artifact of a run.</summary>
/// <param name="Kind">"encoder", "bridge", "split"...</param>
/// <param name="Name">What a person calls it, for example the LLM's name.</param>
/// <param name="Id">Its hash.</param>
public sealed record ReportArtifact(string Kind, string Name, string Id);

/// <summary>A learning curve.</summary>
/// <param name="Name">What was trained: "encoder", "bridge mini-gpt2".</param>
/// <param name="Points">In order of steps.</param>
public sealed record LossCurve(string Name, IReadOnlyList<LossPoint> Points);

/// <summary>A point of a learning curve.</summary>
/// <param name="Step">Training step.</param>
/// <param name="Losses">By part: "injection", "association", "existence"; nats.</param>
/// <param name="Scores">Validation scores at this step, in percent; may be empty.</param>
public sealed record LossPoint(long Step, IReadOnlyDictionary<string, double> Losses, IReadOnlyDictionary<string, double>? Scores = null);

/// <summary>One probe's answers.</summary>
/// <param name="Llm">Which LLM answered.</param>
/// <param name="Kind">What the probe measures.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="Wanted">The object an edit asks for; of a locality probe the reference answer.</param>
/// <param name="Before">The unedited model's answer.</param>
/// <param name="After">The edited model's answer.</param>
/// <param name="Hit">Whether the probe counts as passed.</param>
/// <param name="EditId">The edit it belongs to.</param>
/// <param name="Reason">Which edit fired or why none did.</param>
public sealed record AnswerRow(string Llm, ProbeKind Kind, string Prompt, string Wanted, string Before, string After, bool Hit, string? EditId = null, string? Reason = null);

/// <summary>What something took.</summary>
/// <param name="What">"encoder" or "bridge".</param>
/// <param name="Name">Of a bridge, its LLM.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record Cost(string What, string Name, double Seconds);

/// <summary>A condition of a run.</summary>
/// <param name="Name">In words.</param>
/// <param name="Passed">Whether it held.</param>
public sealed record ReportGate(string Name, bool Passed);
