using MindBridge.Memory.Encoders;
using MindBridge.Memory.Relations;
using TorchSharp;
using static TorchSharp.torch;

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
/// Known wordings of many relations, to tell which fact about a subject a query asks for. Two texts are as similar as the mean of three cosines: of their stemmed words,
/// weighted by rarity, and of the encoder's centred features of both with [MASK], and with "it", in the subject's place. The wordings are those of the edits and of
/// <see cref="KnownRelation"/>. An edit without a relation takes that of the most similar wording, or, where none is similar, is a relation of its own.
/// </summary>
public sealed class RelationBank : IDisposable
{
    /// <summary>Stands for the subject in templates.</summary>
    public const string Placeholder = "[X]";

    private const float Alike = 0.6f;

    private readonly Tensor features;       // [wordings, forms · h]
    private readonly Tensor centre;         // [forms · h]
    private readonly Tensor normalised;     // [wordings, forms · h], each form of length one
    private readonly Dictionary<string, double> rarity = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Wording, float Weight)>> postings = new(StringComparer.Ordinal);
    private readonly int width;
    private readonly string[] plain;
    private readonly double unknown;

    internal RelationBank(IReadOnlyList<RelationWording> wordings, Tensor features, int width)
    {
        (Wordings, this.features, this.width) = (wordings, features, width);
        centre = features.mean([0L]);
        normalised = Normalise(features);
        plain = [.. wordings.Select(w => w.Template.ToLowerInvariant())];
        var documents = wordings.Select(w => Stems(w.Template)).ToList();
        unknown = Math.Log(1 + Math.Max(1, documents.Count));
        foreach (var word in documents.SelectMany(d => d.Keys)) rarity[word] = rarity.GetValueOrDefault(word) + 1;
        foreach (var word in rarity.Keys.ToList()) rarity[word] = Math.Log(1 + (documents.Count / rarity[word]));
        for (var i = 0; i < documents.Count; i++)
            foreach (var (word, weight) in Weights(documents[i]))
            {
                if (!postings.TryGetValue(word, out var list)) postings[word] = list = [];
                list.Add((i, (float)weight));
            }
    }

    /// <summary>The wordings, each (relation, template) once.</summary>
    public IReadOnlyList<RelationWording> Wordings { get; }

    internal Tensor Features => features;

    // Lives on after the current dispose scope.
    internal RelationBank Kept()
    {
        foreach (var tensor in (Tensor[])[features, centre, normalised]) tensor.DetachFromDisposeScope();
        return this;
    }

    /// <summary>The bank of a memory: the edits' own wordings and those that are shipped.</summary>
    /// <param name="encoder">The shard's encoder.</param>
    /// <param name="own">The edits' prompts and wordings as templates, with their edit's relation or null.</param>
    /// <param name="known">Further wordings.</param>
    /// <param name="relations">The relation of each of <paramref name="own"/>, inferred where it was null.</param>
    public static RelationBank Build(MemoryEncoder encoder, IReadOnlyList<(string? Relation, string Template)> own, IEnumerable<RelationWording> known, out string[] relations)
    {
        var shipped = known.Concat(own.Where(o => o.Relation is not null).Select(o => new RelationWording(o.Relation!, o.Template))).Distinct().ToList();
        string[] unnamed = [.. own.Where(o => o.Relation is null).Select(o => o.Template).Distinct(StringComparer.Ordinal)];
        var inferred = new Dictionary<string, string>(StringComparer.Ordinal);
        if (unnamed.Length > 0)
        {
            foreach (var template in unnamed) inferred[template] = "wording: " + template.ToLowerInvariant();
            if (shipped.Count > 0)
            {
                using var scope = NewDisposeScope();
                using var bank = new RelationBank(shipped, Read(encoder, [.. shipped.Select(w => w.Template)]), encoder.Width);
                var nearest = bank.Nearest(Read(encoder, unnamed), unnamed);
                for (var i = 0; i < unnamed.Length; i++)
                    if (nearest[i].Similarity >= Alike) inferred[unnamed[i]] = nearest[i].Relation;
            }
        }
        relations = [.. own.Select(o => o.Relation ?? inferred[o.Template])];
        RelationWording[] all = [.. shipped.Concat(unnamed.Select(t => new RelationWording(inferred[t], t))).Distinct()];
        return new RelationBank(all, Read(encoder, [.. all.Select(w => w.Template)]), encoder.Width);
    }

    /// <summary>The shipped wordings in this bank's form.</summary>
    public static IEnumerable<RelationWording> Shipped() =>
        KnownRelation.All.SelectMany(r => r.Wordings.Select(w => new RelationWording(r.Id, w.Replace("{}", Placeholder, StringComparison.Ordinal))));

    /// <summary>The encoder's features of relation texts in all forms, [texts, forms · h].</summary>
    public static Tensor Read(MemoryEncoder encoder, IReadOnlyList<string> texts)
    {
        using var scope = NewDisposeScope();
        return cat([.. Forms(encoder).Select(f => encoder.Features([.. texts.Select(t => t.Replace(Placeholder, f, StringComparison.Ordinal))]))], 1).MoveToOuterDisposeScope();
    }

    private static string[] Forms(MemoryEncoder encoder) => encoder.Tokenizer.Mask is { } mask ? [encoder.Tokenizer.Token(mask), "it"] : ["it"];

    /// <summary>A prompt with the placeholder in its subject's place.</summary>
    public static string TemplateOf(string prompt, string subject)
    {
        var at = subject.Length == 0 ? -1 : prompt.IndexOf(subject, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? prompt : prompt[..at] + Placeholder + prompt[(at + subject.Length)..];
    }

    /// <summary>Compares relation texts with the bank.</summary>
    /// <param name="queries">What <see cref="Read"/> gives for the texts.</param>
    /// <param name="texts">The relation texts, with the placeholder.</param>
    /// <param name="relations">The relation of the edit each is held against.</param>
    /// <param name="leaveOut">Leaves equal wordings out of the comparison, as if the text were new: for calibration.</param>
    public IReadOnlyList<RelationScore> Score(Tensor queries, IReadOnlyList<string> texts, IReadOnlyList<string> relations, bool leaveOut = false)
    {
        var result = new RelationScore[texts.Count];
        Compare(queries, texts, (i, similarity) => result[i] = Best(similarity, texts[i], relations[i], leaveOut));
        return result;
    }

    private (string Relation, float Similarity)[] Nearest(Tensor queries, IReadOnlyList<string> texts)
    {
        var result = new (string, float)[texts.Count];
        Compare(queries, texts, (i, similarity) =>
        {
            var best = similarity.AsSpan().IndexOf(similarity.Max());
            result[i] = (Wordings[best].Relation, similarity[best]);
        });
        return result;
    }

    // Hands over each text's similarity to every wording.
    private void Compare(Tensor queries, IReadOnlyList<string> texts, Action<int, float[]> take)
    {
        const int chunk = 256;
        var forms = (int)(features.shape[1] / width);
        for (var from = 0; from < texts.Count; from += chunk)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var rows = Math.Min(chunk, texts.Count - from);
            var cosine = Normalise(queries.narrow(0, from, rows)).matmul(normalised.t()).cpu().data<float>().ToArray();
            for (var row = 0; row < rows; row++)
            {
                var similarity = cosine.AsSpan(row * plain.Length, plain.Length).ToArray();
                foreach (var (word, weight) in Weights(Stems(texts[from + row])))
                    if (postings.TryGetValue(word, out var list))
                        foreach (var (wording, other) in list) similarity[wording] += (float)weight * other;
                for (var i = 0; i < similarity.Length; i++) similarity[i] /= forms + 1;
                take(from + row, similarity);
            }
        }
    }

    private RelationScore Best(float[] similarity, string text, string relation, bool leaveOut)
    {
        var (own, rest) = (-1f, -1f);
        var same = leaveOut ? text.ToLowerInvariant() : null;
        for (var i = 0; i < similarity.Length; i++)
        {
            if (same is not null && string.Equals(plain[i], same, StringComparison.Ordinal)) continue;
            if (string.Equals(Wordings[i].Relation, relation, StringComparison.Ordinal)) own = Math.Max(own, similarity[i]);
            else rest = Math.Max(rest, similarity[i]);
        }
        return new RelationScore(own, rest);
    }

    // Unit vector of word weights; words the bank does not know count in its length only.
    private Dictionary<string, double> Weights(Dictionary<string, int> stems)
    {
        var weights = stems.ToDictionary(s => s.Key, s => (1 + Math.Log(s.Value)) * rarity.GetValueOrDefault(s.Key, unknown), StringComparer.Ordinal);
        var length = Math.Sqrt(weights.Values.Sum(w => w * w)) + 1e-9;
        foreach (var word in weights.Keys.ToList()) weights[word] /= length;
        return weights;
    }

    private static Dictionary<string, int> Stems(string template)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (word, _, _) in SubjectMatch.Words(template.Replace(Placeholder, " ", StringComparison.Ordinal)))
        {
            var stem = word.Length <= 4 ? word : word[..Math.Max(4, Math.Min(6, word.Length - 2))];
            counts[stem] = counts.GetValueOrDefault(stem) + 1;
        }
        return counts;
    }

    private Tensor Normalise(Tensor some)
    {
        using var frozen = no_grad();
        var forms = (some - centre).reshape(some.shape[0], -1, width);
        return (forms / forms.norm(2, true).clamp_min(1e-12)).reshape(some.shape[0], -1);
    }

    public void Dispose()
    {
        features.Dispose();
        centre.Dispose();
        normalised.Dispose();
    }
}
