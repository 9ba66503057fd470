namespace MindBridge.Evaluator.Dashboard.Charting;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Colour">A variable of the style sheet, for example "$accent".</param>
/// <param name="Points">From left to right; x is a number or a moment in ISO 8601.</param>
internal sealed record Line(string Name, string Colour, IReadOnlyList<object[]> Points);

/// <summary>Options of line charts, all in one manner.</summary>
internal static class Lines
{
    /// <param name="lines">What is drawn.</param>
    /// <param name="x">"time", "value" or "category".</param>
    /// <param name="xName">What the x axis counts; nothing for time.</param>
    /// <param name="low">Where the y axis begins; null lets the figures decide.</param>
    /// <param name="high">Where it ends.</param>
    /// <param name="logarithmic">For what falls by factors.</param>
    public static object Of(IReadOnlyList<Line> lines, string x = "time", string xName = "", double? low = null, double? high = null, bool logarithmic = false) => new
    {
        animation = false,
        textStyle = new { fontFamily = "$font", color = "$ink" },
        grid = new { left = 8, right = 28, top = lines.Count > 1 ? 32 : 14, bottom = xName.Length > 0 ? 26 : 6, containLabel = true },
        legend = new { show = lines.Count > 1, top = 0, left = 0, icon = "roundRect", itemWidth = 12, itemHeight = 4, textStyle = new { color = "$muted" } },
        tooltip = new { trigger = "axis", backgroundColor = "$panel", borderColor = "$rule", textStyle = new { color = "$ink", fontSize = 12 } },
        xAxis = new
        {
            type = x, name = xName, scale = true, nameLocation = "middle", nameGap = 24, nameTextStyle = new { color = "$muted" },
            axisLine = new { lineStyle = new { color = "$rule" } }, axisLabel = new { color = "$muted", hideOverlap = true }, splitLine = new { show = false },
        },
        yAxis = new
        {
            type = logarithmic ? "log" : "value", min = low, max = high, scale = true,
            axisLabel = new { color = "$muted" }, splitLine = new { lineStyle = new { color = "$rule" } },
        },
        series = lines.Select(line => new
        {
            name = line.Name, type = "line", data = line.Points, symbolSize = 5, showSymbol = line.Points.Count < 40,
            lineStyle = new { width = 2, color = line.Colour }, itemStyle = new { color = line.Colour },
        }).ToArray(),
    };
}
