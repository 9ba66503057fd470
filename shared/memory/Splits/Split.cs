using System.Text;
using System.Text.Json;
using MindBridge.Artifacts;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>
/// What trains, what chooses and what scores, disjoint (METHOD section 5, 4). Made by <see cref="Splitter"/>, kept as an artifact of kind "split".
/// </summary>
public sealed record Split
{
    /// <summary>The artifact kind.</summary>
    public const string Kind = "split";

    /// <summary>What stage I and II learn: edits, conflicts resolved, with the wordings that may train.</summary>
    public required IReadOnlyList<Edit> Edits { get; init; }

    /// <summary>Prompts that must stay as they are, for training; hard negatives carry their edit's id.</summary>
    public required IReadOnlyList<OutOfScopePrompt> OutOfScope { get; init; }

    /// <summary>What settings and checkpoints are chosen by: Gen from held-out wordings, Loc from held-out prompts.</summary>
    public required IReadOnlyList<Probe> Validation { get; init; }

    /// <summary>What scores: Rel, Gen, Loc, Port. Nothing else may read these.</summary>
    public required IReadOnlyList<Probe> Probes { get; init; }

    /// <summary>What was left out and why, by reason.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Where the out-of-scope prompts came from, by source.</summary>
    public IReadOnlyDictionary<string, int> Sources { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Every text that training reads.</summary>
    public IEnumerable<string> TrainingTexts =>
        Edits.SelectMany(e => e.Wordings.Prepend(e.Prompt)).Concat(OutOfScope.SelectMany(p => p.Wordings.Prepend(p.Prompt)));

    /// <summary>Throws when a test or validation probe is among the training texts.</summary>
    /// <exception cref="InvalidDataException">Some probe leaks.</exception>
    public void RefuseLeaks() => new LeakCheck(TrainingTexts).RefuseLeaks([.. Probes, .. Validation]);

    /// <summary>Writes the split as an artifact.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public Artifact Write(string folder, object? inputs = null, object? settings = null) => Artifact.Write(Kind, inputs, settings, [],
        new { edits = Edits.Count, outOfScope = OutOfScope.Count, validation = Validation.Count, probes = Probes.Count, LeftOut, Sources },
        draft =>
        {
            Lines(draft, "edits.jsonl", Edits);
            Lines(draft, "out-of-scope.jsonl", OutOfScope);
            Lines(draft, "validation.jsonl", Validation);
            Lines(draft, "probes.jsonl", Probes);
        },
        folder);

    /// <summary>Reads a split back, verified.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no split, damaged, or some probe leaks.</exception>
    public static Split Open(string folder)
    {
        var artifact = Artifact.Open(folder, Kind);
        var split = new Split
        {
            Edits = Lines<Edit>(artifact, "edits.jsonl"),
            OutOfScope = Lines<OutOfScopePrompt>(artifact, "out-of-scope.jsonl"),
            Validation = Lines<Probe>(artifact, "validation.jsonl"),
            Probes = Lines<Probe>(artifact, "probes.jsonl"),
        };
        split.RefuseLeaks();
        return split;
    }

    private static void Lines<T>(string folder, string name, IEnumerable<T> values)
    {
        var text = new StringBuilder();
        foreach (var value in values) text.Append(CanonicalJson.Of(value)).Append('\n');
        File.WriteAllText(Path.Combine(folder, name), text.ToString());
    }

    private static List<T> Lines<T>(Artifact artifact, string name)
    {
        var values = new List<T>();
        var number = 0;
        foreach (var line in File.ReadLines(artifact.PathOf(name)))
        {
            number++;
            try
            {
                values.Add(JsonSerializer.Deserialize<T>(line, CanonicalJson.Options)!);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{artifact.PathOf(name)}, line {number}: {e.Message}; make the split again", e);
            }
        }

        return values;
    }
}
