namespace MindBridge.Evaluator.Dashboard.Charting;

/// <summary>Points of one kind.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Colour">A variable of the style sheet, for example "$accent".</param>
/// <param name="Symbol">Their form, so that colour is not all that tells them apart: circle, triangle, diamond or rect.</param>
/// <param name="Points">Where they are, and what each is called.</param>
internal sealed record Cloud(string Name, string Colour, string Symbol, IReadOnlyList<(string Name, double X, double Y)> Points);

/// <summary>Options of charts in which every point is a thing of its own.</summary>
internal static class Scatter
{
    public static object Of(IReadOnlyList<Cloud> clouds, string x, string y) => new
    {
        animation = false,
        textStyle = new { fontFamily = "$font", color = "$ink" },
        grid = new { left = 12, right = 16, top = 34, bottom = 30, containLabel = true },
        legend = new { top = 0, left = 0, textStyle = new { color = "$muted" } },
        tooltip = new { trigger = "item", confine = true, backgroundColor = "$panel", borderColor = "$rule", textStyle = new { color = "$ink", fontSize = 12 }, formatter = "{b}" },
        xAxis = Axis(x, "middle", 24),
        yAxis = Axis(y, "middle", 12),
        series = clouds.Select(cloud => new
        {
            name = cloud.Name, type = "scatter", symbol = cloud.Symbol, symbolSize = 8, data = cloud.Points.Select(p => new { name = p.Name, value = (double[])[Math.Round(p.X, 4), Math.Round(p.Y, 4)] }).ToArray(),
            itemStyle = new { color = cloud.Colour, opacity = 0.8 },
        }).ToArray(),
    };

    // Distances mean something, places do not: no figures at the axes.
    private static object Axis(string name, string location, int gap) => new
    {
        type = "value", scale = true, name, nameLocation = location, nameGap = gap, nameTextStyle = new { color = "$muted" },
        axisLine = new { show = true, lineStyle = new { color = "$rule" } }, axisTick = new { show = false }, axisLabel = new { show = false }, splitLine = new { show = false },
    };
}
