using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.Reporting;

/// <summary>Features of prompts in two dimensions, twice: by PCA and by t-SNE (METHOD section 7; the paper's Fig. 4).</summary>
/// <param name="Points">One for each prompt shown.</param>
/// <param name="Total">How many prompts there were before sampling.</param>
public sealed record FeatureMap(IReadOnlyList<FeaturePoint> Points, int Total)
{
    /// <summary>Most points of a map.</summary>
    public const int MostPoints = 1000;

    /// <summary>Makes the map; beyond <paramref name="most"/> prompts a sample with every kind's share is taken.</summary>
    /// <param name="features">[n][h].</param>
    /// <param name="kinds">What each prompt is: "edits", "paraphrases", "neighbours", "out of scope".</param>
    /// <param name="texts">The prompts.</param>
    /// <param name="seed">Decides the sample and ties.</param>
    /// <param name="most">Most points.</param>
    /// <param name="cancellationToken">Stops the t-SNE.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or features are not finite.</exception>
    public static FeatureMap Of(IReadOnlyList<float[]> features, IReadOnlyList<string> kinds, IReadOnlyList<string> texts, int seed = 0, int most = MostPoints, CancellationToken cancellationToken = default)
    {
        if (features.Count != kinds.Count || features.Count != texts.Count) throw new ArgumentException($"{features.Count} features, {kinds.Count} kinds and {texts.Count} texts do not belong together; give one of each for every prompt", nameof(features));
        var chosen = Sample(kinds, most, seed);
        var rows = chosen.Select(i => features[i]).ToList();
        var principal = PrincipalComponents.Project(rows, seed);
        var neighbours = NeighbourEmbedding.Place(rows, seed, cancellationToken: cancellationToken);
        return new FeatureMap([.. chosen.Select((i, k) => new FeaturePoint(kinds[i], texts[i], [Round(principal[k][0]), Round(principal[k][1])], [Round(neighbours[k][0]), Round(neighbours[k][1])]))], features.Count);
    }

    private static List<int> Sample(IReadOnlyList<string> kinds, int most, int seed)
    {
        if (kinds.Count <= most) return [.. Enumerable.Range(0, kinds.Count)];
        var order = RandomStream.For(seed, "feature map").Permutation(kinds.Count);
        var share = (double)most / kinds.Count;
        var room = kinds.CountBy(k => k, StringComparer.Ordinal).ToDictionary(k => k.Key, k => Math.Max(1, (int)(k.Value * share)), StringComparer.Ordinal);
        return [.. order.Where(i => room[kinds[i]]-- > 0).Order()];
    }

    private static double Round(double value) => Math.Round(value, 4);
}

/// <summary>A prompt's feature in two dimensions.</summary>
/// <param name="Kind">What the prompt is.</param>
/// <param name="Text">The prompt.</param>
/// <param name="Principal">[2] by PCA.</param>
/// <param name="Neighbours">[2] by t-SNE.</param>
public sealed record FeaturePoint(string Kind, string Text, double[] Principal, double[] Neighbours);
