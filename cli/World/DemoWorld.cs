using System.Text;
using System.Text.Json;

namespace MindBridge.Cli.World;

/// <summary>
/// The demo's world: real facts as triplets, the sentences that state them, and neutral filler text. It is shipped inside the program.
/// What the base models are trained on follows from it (<see cref="PretrainingText"/>), and so do the corrections (<see cref="DemoCorrections"/>).
/// </summary>
internal sealed class DemoWorld
{
    private readonly Dictionary<string, Relation> relationOf;

    private DemoWorld(IReadOnlyList<Relation> relations, IReadOnlyList<Fact> facts, FillerText filler)
    {
        Relations = relations;
        Facts = facts;
        Filler = filler;
        relationOf = relations.ToDictionary(r => r.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<Relation> Relations { get; }

    public IReadOnlyList<Fact> Facts { get; }

    public FillerText Filler { get; }

    public Relation RelationOf(Fact fact) => relationOf[fact.Relation];

    /// <summary>Reads the world that is embedded in the program.</summary>
    public static DemoWorld Load()
    {
        var relations = Read<List<Relation>>("relations.json");
        var facts = Text("facts.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Fact>(line, JsonSerializerOptions.Web)!).ToList();
        return new DemoWorld(relations, facts, Read<FillerText>("filler.json"));
    }

    private static T Read<T>(string name) => JsonSerializer.Deserialize<T>(Text(name), JsonSerializerOptions.Web)!;

    private static string Text(string name)
    {
        using var stream = typeof(DemoWorld).Assembly.GetManifestResourceStream($"World/{name}")
            ?? throw new InvalidOperationException($"the resource World/{name} is not embedded in the program");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
