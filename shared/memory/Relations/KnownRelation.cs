using System.Text.Json;

namespace MindBridge.Memory.Relations;

/// <summary>A relation with wordings of ours, shipped with the product: for stage II's texts, hard negatives and the relation decision.</summary>
/// <param name="Id">Its Wikidata id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">What it is said of, and what kind of answer it has: "person-place".</param>
/// <param name="Wordings">Prompts with <c>{}</c> where the subject stands.</param>
public sealed record KnownRelation(string Id, string Name, string Group, IReadOnlyList<string> Wordings)
{
    private static readonly Lazy<IReadOnlyList<KnownRelation>> s_all = new(Read);

    /// <summary>All that are shipped.</summary>
    public static IReadOnlyList<KnownRelation> All => s_all.Value;

    private static List<KnownRelation> Read()
    {
        using var stream = typeof(KnownRelation).Assembly.GetManifestResourceStream("relations.json")
            ?? throw new InvalidDataException("the wordings of relations are missing from this build; build it again");
        return JsonSerializer.Deserialize<List<KnownRelation>>(stream, JsonSerializerOptions.Web) ?? [];
    }
}
