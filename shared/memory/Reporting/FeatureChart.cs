using System.Text;

namespace MindBridge.Memory.Reporting;

/// <summary>The feature map drawn twice: PCA and t-SNE, with one legend.</summary>
internal static class FeatureChart
{
    private const double Size = 440, Margin = 16;

    public static void Write(StringBuilder page, FeatureMap map)
    {
        // The largest kinds are drawn first, so that small ones stay visible.
        var kinds = map.Points.GroupBy(p => p.Kind, StringComparer.Ordinal).Select(g => g.Key).ToList();
        page.Append("<div class=\"pair\">");
        Panel(page, "PCA", map, kinds, p => p.Principal);
        Panel(page, "t-SNE", map, kinds, p => p.Neighbours);
        page.Append("</div><div class=\"legend\">");
        for (var k = 0; k < kinds.Count; k++)
            page.Append($"<label class=\"toggle\"><input type=\"checkbox\" checked data-kind=\"k{k}\"><i class=\"b{k % 6}\"></i>{Markup.Text(kinds[k])} <b>{Markup.Count(map.Points.Count(p => p.Kind == kinds[k]))}</b></label>");
        page.Append("</div>\n");
        if (map.Total > map.Points.Count) page.Line($"<p class=\"quiet\">A sample of {Markup.Count(map.Points.Count)} of {Markup.Count(map.Total)} prompts, each kind by its share.</p>");
        page.Append("<p class=\"quiet\">Each dot is what the encoder makes of one prompt. Distances between far clusters of a t-SNE mean nothing.</p>\n");
    }

    private static void Panel(StringBuilder page, string name, FeatureMap map, List<string> kinds, Func<FeaturePoint, double[]> place)
    {
        page.Append($"<figure><figcaption><b>{name}</b></figcaption><svg class=\"chart map\" viewBox=\"0 0 {Size} {Size}\" role=\"img\" aria-label=\"features by {name}\">");
        page.Append($"<rect class=\"frame\" x=\"0.5\" y=\"0.5\" width=\"{Size - 1}\" height=\"{Size - 1}\" rx=\"8\"/>");
        if (map.Points.Count > 0)
        {
            var (minX, maxX) = (map.Points.Min(p => place(p)[0]), map.Points.Max(p => place(p)[0]));
            var (minY, maxY) = (map.Points.Min(p => place(p)[1]), map.Points.Max(p => place(p)[1]));
            double Scale(double v, double low, double high) => high > low ? Margin + ((Size - (2 * Margin)) * (v - low) / (high - low)) : Size / 2;
            foreach (var point in map.Points.OrderByDescending(p => map.Points.Count(q => q.Kind == p.Kind)))
            {
                var k = kinds.IndexOf(point.Kind);
                page.Append($"<circle class=\"p f{k % 6} k{k}\" cx=\"{Markup.At(Scale(place(point)[0], minX, maxX))}\" cy=\"{Markup.At(Size - Scale(place(point)[1], minY, maxY))}\" r=\"2.7\"><title>{Markup.Text(point.Kind)}: {Markup.Text(point.Text)}</title></circle>");
            }
        }

        page.Append("</svg></figure>\n");
    }
}
