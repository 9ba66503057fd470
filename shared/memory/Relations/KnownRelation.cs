using System.Text.Json;

namespace MindBridge.Memory.Relations;

/// <summary>A relation with wordings of ours, shipped with the product: for stage II's texts, hard negatives and the relation decision.</summary>
/// <param name="Id">Its Wikidata id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Of">Which subjects it is said of: "person", "place", "work"...</param>
/// <param name="Near">Ids of relations so near that a prompt may ask either ("X is located in").</param>
/// <param name="Wordings">Prompts with <c>{}</c> where the subject stands.</param>
public sealed record KnownRelation(string Id, string Name, IReadOnlyList<string> Of, IReadOnlyList<string>? Near, IReadOnlyList<string> Wordings)
{
    private static readonly Lazy<IReadOnlyList<KnownRelation>> s_all = new(Read);

    /// <summary>All that are shipped.</summary>
    public static IReadOnlyList<KnownRelation> All => s_all.Value;

    /// <summary>The relation of an id ("P36") or a name ("capital"), in any case; null where none is shipped.</summary>
    public static KnownRelation? Find(string idOrName) =>
        All.FirstOrDefault(r => string.Equals(r.Id, idOrName, StringComparison.OrdinalIgnoreCase) || string.Equals(r.Name, idOrName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether some subject may be asked both.</summary>
    public bool SharesSubjectsWith(KnownRelation other) => Of.Intersect(other.Of).Any();

    /// <summary>Whether a prompt that asks the one may mean the other.</summary>
    public bool IsNear(KnownRelation other) => other.Id == Id || Near?.Contains(other.Id) is true;

    private static List<KnownRelation> Read()
    {
        using var stream = typeof(KnownRelation).Assembly.GetManifestResourceStream("relations.json")
            ?? throw new InvalidDataException("the wordings of relations are missing from this build; build it again");
        return JsonSerializer.Deserialize<List<KnownRelation>>(stream, JsonSerializerOptions.Web) ?? [];
    }
}
