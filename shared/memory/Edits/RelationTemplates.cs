using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Edits;

/// <summary>A relation and the templates that the edits' own prompts show for it, with <c>{}</c> in the subject's place.</summary>
/// <param name="Name">The relation's name, or the template itself where no relation was named.</param>
/// <param name="Named">True when the source named the relation: only then do two templates mean one relation.</param>
/// <param name="Templates">The most frequent first, ties in ordinal order.</param>
public sealed record RelationGroup(string Name, bool Named, IReadOnlyList<string> Templates);

/// <summary>
/// The templates of a set of edits: a prompt less its subject; and those that the user gives (<see cref="TemplateFile"/>). Crossing them gives more wordings of an edit (another edit's template of the same relation,
/// with this subject) and hard negatives (a template of another relation with this subject). Every choice is a
/// function of (seed, edit id).
/// </summary>
public sealed class RelationTemplates
{
    /// <summary>Stands in a template where the subject stands in a prompt.</summary>
    internal const string Place = "{}";

    private readonly Dictionary<string, RelationGroup> groups;
    private readonly Dictionary<string, HashSet<string>> askedOf = new(StringComparer.Ordinal);
    private readonly string[] names;

    private RelationTemplates(IReadOnlyCollection<Edit> edits, double heldOutShare, int seed, IReadOnlyDictionary<string, IReadOnlyList<string>> given)
    {
        var found = new Dictionary<string, (bool Named, Dictionary<string, int> Counts)>(StringComparer.Ordinal);
        foreach (var edit in edits)
        {
            var name = NameOf(edit);
            if (name is null) continue;
            if (!found.TryGetValue(name, out var group)) found[name] = group = (edit.Relation is not null, new(StringComparer.Ordinal));
            if (TemplateOf(edit.Prompt, edit.Subject) is { } template) group.Counts[template] = group.Counts.GetValueOrDefault(template) + 1;
            var subject = NormalisedText.Fold(edit.Subject);
            if (!askedOf.TryGetValue(subject, out var asked)) askedOf[subject] = asked = new(StringComparer.Ordinal);
            asked.Add(name);
        }

        foreach (var (name, templates) in given)
        {
            if (!found.TryGetValue(name, out var group)) found[name] = group = (true, new(StringComparer.Ordinal));
            foreach (var template in templates) group.Counts.TryAdd(template, 0);
        }

        groups = found.Where(f => f.Value.Counts.Count > 0).ToDictionary(f => f.Key, f => new RelationGroup(f.Key, f.Value.Named,
            [.. f.Value.Counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key)]), StringComparer.Ordinal);
        names = [.. groups.Keys.Order(StringComparer.Ordinal)];
        HeldOut = names.Where(n => groups[n].Named).ToDictionary(n => n, n => Chosen(groups[n].Templates, heldOutShare, seed, n), StringComparer.Ordinal);
    }

    /// <summary>Reads the templates of the edits' own prompts.</summary>
    /// <param name="edits">The edits; of one whose prompt does not name its subject no template is read.</param>
    /// <param name="heldOutShare">Share of each named relation's templates that <see cref="WordingsOf"/> leaves for validation; a relation with fewer than three keeps all.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="given">More templates, by relation; of relations that no edit is about, too.</param>
    public static RelationTemplates Of(IReadOnlyCollection<Edit> edits, double heldOutShare = 0, int seed = 0, IReadOnlyDictionary<string, IReadOnlyList<string>>? given = null) =>
        new(edits, heldOutShare, seed, given ?? new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>All relations, in ordinal order of their names.</summary>
    public IReadOnlyList<RelationGroup> Groups => [.. names.Select(n => groups[n])];

    /// <summary>By relation: the templates that only validation may use.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> HeldOut { get; }

    /// <summary>The group an edit belongs to; null when its prompt does not name its subject and no relation is given.</summary>
    public RelationGroup? GroupOf(Edit edit) => NameOf(edit) is { } name && groups.TryGetValue(name, out var group) ? group : null;

    /// <summary>A prompt with <c>{}</c> in the subject's place; null when the subject does not occur, or nothing else does.</summary>
    public static string? TemplateOf(string prompt, string subject)
    {
        var span = SubjectSpan.Find(prompt, subject);
        if (span.Kind is SubjectMatchKind.Absent || prompt.Contains(Place, StringComparison.Ordinal)) return null;
        var template = string.Concat(prompt.AsSpan(0, span.Start), Place, prompt.AsSpan(span.End)).Trim();
        return template.Length > Place.Length ? template : null;
    }

    /// <summary>A template with a subject in its place.</summary>
    public static string Apply(string template, string subject) => template.Replace(Place, subject, StringComparison.Ordinal);

    /// <summary>Up to <paramref name="most"/> other wordings of an edit's prompt for training; held-out templates and what <paramref name="forbidden"/> refuses are left out.</summary>
    public IReadOnlyList<string> WordingsOf(Edit edit, int most, int seed, Func<string, bool>? forbidden = null) =>
        Cross(edit, heldOut: false, most, RandomStream.For(seed, "wordings " + edit.Id), forbidden);

    /// <summary>Up to <paramref name="most"/> wordings from held-out templates, for validation.</summary>
    public IReadOnlyList<string> ValidationWordingsOf(Edit edit, int most, int seed, Func<string, bool>? forbidden = null) =>
        Cross(edit, heldOut: true, most, RandomStream.For(seed, "validation wordings " + edit.Id), forbidden);

    /// <summary>
    /// Up to <paramref name="most"/> prompts that ask another thing of an edit's subject: templates of other relations, none of a relation that some edit
    /// of this subject is about.
    /// </summary>
    public IReadOnlyList<string> HardNegativesOf(Edit edit, int most, int seed, Func<string, bool>? forbidden = null)
    {
        var asked = askedOf.GetValueOrDefault(NormalisedText.Fold(edit.Subject)) ?? [];
        var own = GroupOf(edit);
        var random = RandomStream.For(seed, "hard negatives " + edit.Id);
        var others = names.Where(n => !asked.Contains(n) && n != own?.Name).ToArray();
        random.Shuffle(others.AsSpan());
        var chosen = new List<string>();
        foreach (var name in others)
        {
            if (chosen.Count >= most) break;
            var prompt = Apply(random.Pick(groups[name].Templates), edit.Subject);
            if (forbidden?.Invoke(prompt) is not true) chosen.Add(prompt);
        }

        return chosen;
    }

    private IReadOnlyList<string> Cross(Edit edit, bool heldOut, int most, RandomStream random, Func<string, bool>? forbidden)
    {
        if (GroupOf(edit) is not { Named: true } group) return [];
        var own = NormalisedText.Fold(edit.Prompt);
        var kept = HeldOut[group.Name];
        string[] candidates = [.. group.Templates.Where(t => kept.Contains(t) == heldOut).Select(t => Apply(t, edit.Subject)).Where(p => NormalisedText.Fold(p) != own)];
        random.Shuffle(candidates.AsSpan());
        return [.. candidates.Where(p => forbidden?.Invoke(p) is not true).Take(most)];
    }

    private static string? NameOf(Edit edit) => edit.Relation ?? TemplateOf(edit.Prompt, edit.Subject);

    private static IReadOnlySet<string> Chosen(IReadOnlyList<string> templates, double share, int seed, string name)
    {
        if (share <= 0 || templates.Count < 3) return new HashSet<string>();
        var count = Math.Max(1, (int)(templates.Count * share));
        var order = RandomStream.For(seed, "held-out templates " + name).Permutation(templates.Count);
        return order.Take(count).Select(i => templates[i]).ToHashSet(StringComparer.Ordinal);
    }
}
