using MindBridge.Memory.Relations;

namespace MindBridge.Memory.Addressing;

/// <summary>One way to ask for a relation, with <c>[X]</c> where the subject stands: "The mother tongue of [X] is".</summary>
/// <param name="Relation">The relation's name or id.</param>
/// <param name="Template">The wording.</param>
public sealed record RelationWording(string Relation, string Template);

/// <summary>How a query's relation text compares with the bank.</summary>
/// <param name="Own">Greatest similarity to a wording of the edit's relation.</param>
/// <param name="Other">Greatest similarity to a wording of another relation.</param>
public readonly record struct RelationScore(float Own, float Other)
{
    /// <summary>Positive when the query sounds more like the edit's relation than like any other.</summary>
    public float Lead => Own - Other;
}

/// <summary>
/// Known wordings of many relations, to tell which fact about a subject a query asks for. Two texts are as similar as the cosine of their runs of three and four characters,
/// weighted by rarity: "born in" and "birthplace" share no word but some runs, and no model is needed. (Features of an encoder, with the subject masked, were measured and
/// do not survive a change of style.) The wordings are those of the edits and of <see cref="KnownRelation"/>. An edit whose source names no relation takes up
/// to three that sound like its prompt.
/// </summary>
public sealed class RelationBank
{
    /// <summary>Stands for the subject in templates.</summary>
    public const string Placeholder = "[X]";

    private const int MostInferred = 3;
    private const float InferredShare = 0.5f;

    private readonly string[] templates;
    private readonly string[] folded;
    private readonly HashSet<string>[] relations;
    private readonly Dictionary<string, double> rarity = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Wording, float Weight)>> postings = new(StringComparer.Ordinal);
    private readonly double unknown;

    private RelationBank(Dictionary<string, HashSet<string>> wordings)
    {
        templates = [.. wordings.Keys];
        folded = [.. templates.Select(t => t.ToLowerInvariant())];
        relations = [.. wordings.Values];
        var documents = templates.Select(Runs).ToList();
        unknown = Math.Log(1 + Math.Max(1, documents.Count));
        foreach (var run in documents.SelectMany(d => d.Keys)) rarity[run] = rarity.GetValueOrDefault(run) + 1;
        foreach (var run in rarity.Keys.ToList()) rarity[run] = Math.Log(1 + (documents.Count / rarity[run]));
        for (var i = 0; i < documents.Count; i++)
            foreach (var (run, weight) in Weights(documents[i]))
            {
                if (!postings.TryGetValue(run, out var list)) postings[run] = list = [];
                list.Add((i, (float)weight));
            }
    }

    /// <summary>Number of different wordings.</summary>
    public int Count => templates.Length;

    /// <summary>The bank of a memory.</summary>
    /// <param name="own">The edits' prompts and wordings as templates, with the relations of their edit.</param>
    /// <param name="known">Further wordings.</param>
    public static RelationBank Of(IEnumerable<(string Template, IReadOnlyList<string> Relations)> own, IEnumerable<RelationWording> known)
    {
        var wordings = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (template, some) in known.Select(k => (k.Template, (IReadOnlyList<string>)[k.Relation])).Concat(own))
        {
            if (!wordings.TryGetValue(template, out var all)) wordings[template] = all = new HashSet<string>(StringComparer.Ordinal);
            all.UnionWith(some);
        }
        return new RelationBank(wordings);
    }

    /// <summary>The shipped wordings in this bank's form.</summary>
    public static IEnumerable<RelationWording> Shipped() =>
        KnownRelation.All.SelectMany(r => r.Wordings.Select(w => new RelationWording(r.Id, w.Replace("{}", Placeholder, StringComparison.Ordinal))));

    /// <summary>A prompt with the placeholder in its subject's place.</summary>
    public static string TemplateOf(string prompt, string subject)
    {
        var at = subject.Length == 0 ? -1 : prompt.IndexOf(subject, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? prompt : prompt[..at] + Placeholder + prompt[(at + subject.Length)..];
    }

    /// <summary>The relations that a template asks for, when its source names none: up to three that sound like it, and itself as a relation of its own.</summary>
    public IReadOnlyList<string> Infer(string template)
    {
        var best = new Dictionary<string, float>(StringComparer.Ordinal);
        var similarity = Similarities(template);
        for (var i = 0; i < similarity.Length; i++)
            foreach (var relation in relations[i])
                if (similarity[i] > 0 && similarity[i] > best.GetValueOrDefault(relation)) best[relation] = similarity[i];
        var ranked = best.OrderByDescending(b => b.Value).ThenBy(b => b.Key, StringComparer.Ordinal).Take(MostInferred).ToList();
        return [.. ranked.Where(r => r.Value >= InferredShare * ranked[0].Value).Select(r => r.Key), "wording: " + template.ToLowerInvariant()];
    }

    /// <summary>Compares a relation text with the bank.</summary>
    /// <param name="text">The text, with the placeholder.</param>
    /// <param name="own">The relations of the edit it is held against.</param>
    public RelationScore Score(string text, IReadOnlyList<string> own) => Score(text, own, leaveOut: -1);

    /// <summary>
    /// The leads that the bank's wordings of some relations would have if each were new to it: left out in turn and asked for. Says how an unfamiliar wording of an edited
    /// relation may look.
    /// </summary>
    public IReadOnlyList<double> LeadsOfUnfamiliarWordings(IReadOnlySet<string> of)
    {
        var leads = new List<double>();
        for (var i = 0; i < templates.Length; i++)
        {
            if (!relations[i].Overlaps(of)) continue;
            leads.Add(Score(templates[i], [.. relations[i]], i).Lead);
        }
        return leads;
    }

    private RelationScore Score(string text, IReadOnlyList<string> own, int leaveOut)
    {
        var similarity = Similarities(text);
        var (mine, rest) = (-1f, -1f);
        for (var i = 0; i < similarity.Length; i++)
        {
            if (leaveOut >= 0 && string.Equals(folded[i], folded[leaveOut], StringComparison.Ordinal)) continue;
            if (relations[i].Overlaps(own)) mine = Math.Max(mine, similarity[i]);
            else rest = Math.Max(rest, similarity[i]);
        }
        return new RelationScore(mine, rest);
    }

    private float[] Similarities(string text)
    {
        var similarity = new float[templates.Length];
        foreach (var (run, weight) in Weights(Runs(text)))
            if (postings.TryGetValue(run, out var list))
                foreach (var (wording, other) in list) similarity[wording] += (float)weight * other;
        return similarity;
    }

    // Unit vector of run weights; runs that the bank does not know count in its length only.
    private Dictionary<string, double> Weights(Dictionary<string, int> runs)
    {
        var weights = runs.ToDictionary(r => r.Key, r => (1 + Math.Log(r.Value)) * rarity.GetValueOrDefault(r.Key, unknown), StringComparer.Ordinal);
        var length = Math.Sqrt(weights.Values.Sum(w => w * w)) + 1e-9;
        foreach (var run in weights.Keys.ToList()) weights[run] /= length;
        return weights;
    }

    private static Dictionary<string, int> Runs(string template)
    {
        var words = SubjectMatch.Words(template.Replace(Placeholder, " ", StringComparison.Ordinal));
        var text = " " + string.Join(' ', words.Select(w => w.Text)) + " ";
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var length in (ReadOnlySpan<int>)[3, 4])
            for (var at = 0; at + length <= text.Length; at++)
            {
                var run = text.Substring(at, length);
                counts[run] = counts.GetValueOrDefault(run) + 1;
            }
        return counts;
    }
}
