using MindBridge.Memory.Reporting;

namespace MindBridge.Memory.Tests.Reporting;

public sealed class When_features_are_mapped
{
    [Fact]
    public void Principal_components_find_the_directions_of_greatest_variance()
    {
        // Variance 100 along (1,1,0)/sqrt 2, 9 along (0,0,1), little elsewhere.
        var random = new Random(2);
        var rows = Enumerable.Range(0, 300).Select(_ =>
        {
            var (a, b) = (10 * (random.NextDouble() - 0.5) * 3.46, 3 * (random.NextDouble() - 0.5) * 3.46);
            return new[] { (float)(a / Math.Sqrt(2)) + 7, (float)(a / Math.Sqrt(2)) - 2, (float)b };
        }).ToList();
        var projected = PrincipalComponents.Project(rows);
        Math.Sqrt(projected.Average(p => p[0] * p[0])).ShouldBe(10, 1);
        Math.Sqrt(projected.Average(p => p[1] * p[1])).ShouldBe(3, 0.4);
        projected.Average(p => p[0]).ShouldBe(0, 1e-6);
    }

    [Fact]
    public void Neighbours_in_space_are_neighbours_in_the_plane_and_one_seed_gives_one_map()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 45).Select(i => Enumerable.Range(0, 20).Select(j => (float)((j % 3 == i % 3 ? 6 : 0) + random.NextDouble())).ToArray()).ToList();
        var placed = NeighbourEmbedding.Place(rows, seed: 4);
        for (var i = 0; i < 45; i++)
        {
            var nearest = Enumerable.Range(0, 45).Where(j => j != i).MinBy(j => Math.Pow(placed[i][0] - placed[j][0], 2) + Math.Pow(placed[i][1] - placed[j][1], 2));
            (nearest % 3).ShouldBe(i % 3);
        }

        NeighbourEmbedding.Place(rows, seed: 4).SelectMany(p => p).ShouldBe(placed.SelectMany(p => p));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Few_and_equal_points_are_no_trouble(int count)
    {
        var map = FeatureMap.Of([.. Enumerable.Repeat(new float[] { 1, 2, 3 }, count)], [.. Enumerable.Repeat("edits", count)], [.. Enumerable.Repeat("t", count)]);
        map.Points.SelectMany(p => p.Principal.Concat(p.Neighbours)).ShouldAllBe(v => double.IsFinite(v));
    }

    [Fact]
    public void Many_points_are_sampled_by_kind()
    {
        var kinds = Enumerable.Range(0, 500).Select(i => i % 5 == 0 ? "edits" : "others").ToList();
        var map = FeatureMap.Of([.. kinds.Select((_, i) => new float[] { i, i % 7 })], kinds, kinds, most: 100);
        map.Total.ShouldBe(500);
        map.Points.Count(p => p.Kind == "edits").ShouldBe(20);
        map.Points.Count(p => p.Kind == "others").ShouldBe(80);
    }

    [Fact]
    public void Features_that_are_not_finite_are_refused() =>
        Should.Throw<ArgumentException>(() => FeatureMap.Of([[1, float.NaN]], ["edits"], ["t"])).Message.ShouldContain("not finite");
}
