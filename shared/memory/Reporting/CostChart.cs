using System.Text;

namespace MindBridge.Memory.Reporting;

/// <summary>What an LLM upgrade costs in processor time: the first model pays encoder and bridge, each next one a bridge only.</summary>
internal static class CostChart
{
    private const double Width = 720, Row = 44, Left = 150, Right = 110;

    public static void Write(StringBuilder page, IReadOnlyList<Cost> costs)
    {
        var encoder = costs.Where(c => c.What == "encoder").Sum(c => c.Seconds);
        var bridges = costs.Where(c => c.What == "bridge").ToList();
        if (bridges.Count == 0 && encoder <= 0) return;
        var whole = Math.Max(1e-9, Math.Max(encoder + (bridges.Count > 0 ? bridges[0].Seconds : 0), bridges.Select(b => b.Seconds).DefaultIfEmpty().Max()));
        double W(double seconds) => (Width - Left - Right) * seconds / whole;
        var rows = Math.Max(1, bridges.Count);
        page.Append($"<svg class=\"chart cost\" viewBox=\"0 0 {Width} {(rows * Row) + 4}\" role=\"img\" aria-label=\"processor seconds for each LLM\">");
        for (var i = 0; i < rows; i++)
        {
            var y = (i * Row) + 8;
            var (paid, bridge) = (i == 0 ? encoder : 0, i < bridges.Count ? bridges[i].Seconds : 0);
            var name = i < bridges.Count ? bridges[i].Name : "encoder";
            page.Append($"<text class=\"name\" x=\"{Left - 12}\" y=\"{y + 19}\" text-anchor=\"end\">{Markup.Text(name.Length > 20 ? name[..19] + "…" : name)}</text>");
            if (paid > 0) page.Append($"<rect class=\"f0\" x=\"{Left}\" y=\"{y}\" width=\"{Markup.At(W(paid))}\" height=\"28\" rx=\"4\"><title>encoder {Markup.Seconds(paid)}</title></rect>");
            if (bridge > 0) page.Append($"<rect class=\"f1\" x=\"{Markup.At(Left + W(paid) + (paid > 0 ? 2 : 0))}\" y=\"{y}\" width=\"{Markup.At(Math.Max(2, W(bridge) - 2))}\" height=\"28\" rx=\"4\"><title>bridge {Markup.Seconds(bridge)}</title></rect>");
            var share = i > 0 && encoder + bridges[0].Seconds > 0 ? $" · {Markup.Number(100 * bridge / (encoder + bridges[0].Seconds), 0)} %" : "";
            page.Append($"<text class=\"name\" x=\"{Markup.At(Left + W(paid + bridge) + 10)}\" y=\"{y + 19}\">{Markup.Seconds(paid + bridge)}{share}</text>");
        }

        page.Append("</svg><div class=\"legend\"><span><i class=\"b0\"></i>encoder, once</span><span><i class=\"b1\"></i>bridge, for each LLM</span></div>\n");
        var others = costs.Where(c => c.What is not ("encoder" or "bridge")).ToList();
        if (others.Count == 0) return;
        page.Append("<table class=\"plain\"><tbody>");
        foreach (var cost in others) page.Append($"<tr><td>{Markup.Text(cost.What)}</td><td>{Markup.Text(cost.Name)}</td><td class=\"num\">{Markup.Seconds(cost.Seconds)}</td></tr>");
        page.Append("</tbody></table>\n");
    }
}
