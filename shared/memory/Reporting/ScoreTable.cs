using System.Text;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Reporting;

/// <summary>Scores with their intervals: one table a protocol, because protocols are never compared.</summary>
internal static class ScoreTable
{
    private static readonly (ProbeKind Kind, string Short, string Meaning)[] Columns =
    [
        (ProbeKind.Reliability, "Rel", "the edit's own prompt gives the new object"),
        (ProbeKind.Generality, "Gen", "an unseen wording gives the new object"),
        (ProbeKind.LocalityNeighbour, "Loc · neighbours", "a neighbouring subject answers as before"),
        (ProbeKind.LocalityHeldOut, "Loc · held-out", "an unrelated fact answers as before"),
        (ProbeKind.LocalitySameSubject, "Same subject", "another fact about an edited subject answers as before"),
        (ProbeKind.Portability, "Port", "a question that follows from the edit"),
    ];

    public static string NameOf(ProbeKind kind) => Columns.First(c => c.Kind == kind).Short;

    public static void Write(StringBuilder page, IReadOnlyList<ScoreCard> scores)
    {
        var first = true;
        foreach (var protocol in scores.GroupBy(s => s.Protocol, StringComparer.Ordinal).OrderBy(g => g.Key == "generate-exact" ? 0 : 1))
        {
            var columns = Columns.Where(c => protocol.Any(s => s.Kind == c.Kind)).ToArray();
            page.Line($"<div class=\"table-head\"><h3>{Markup.Text(protocol.Key)}</h3>{(first ? "<span class=\"chip strong\">headline</span>" : "")}</div>");
            page.Append("<div class=\"scroll\"><table class=\"scores\"><thead><tr><th>LLM</th><th>system</th>");
            foreach (var (_, name, meaning) in columns) page.Append($"<th class=\"num\" title=\"{meaning}\">{name}</th>");
            page.Append("</tr></thead><tbody>");
            var rows = protocol.GroupBy(s => (s.Llm, s.System)).OrderBy(g => g.Key.Llm, StringComparer.Ordinal).ToList();
            for (var i = 0; i < rows.Count; i++)
            {
                // Rows of one LLM stand together; its name is said once.
                var row = rows[i];
                var (begins, ends) = (i == 0 || rows[i - 1].Key.Llm != row.Key.Llm, i == rows.Count - 1 || rows[i + 1].Key.Llm != row.Key.Llm);
                page.Append($"<tr class=\"{(begins ? "first " : "")}{(ends ? "last" : "")}\"><td>{Markup.Text(row.Key.Llm ?? "–")}</td><td>{Markup.Text(row.Key.System)}</td>");
                foreach (var (kind, _, _) in columns) Cell(page, row.Where(s => s.Kind == kind).ToList());
                page.Append("</tr>");
            }

            page.Append("</tbody></table></div>\n");
            first = false;
        }

        page.Append("<p class=\"quiet\">Percent, with 95 % bootstrap intervals. Scores of different protocols are taken differently and must not be compared.</p>\n");
        page.Append("<dl class=\"key\">");
        foreach (var (kind, name, meaning) in Columns.Where(c => scores.Any(s => s.Kind == c.Kind))) page.Append($"<div><dt>{name}</dt><dd>{meaning}</dd></div>");
        page.Append("</dl>\n");
    }

    private static void Cell(StringBuilder page, List<ScoreCard> cards)
    {
        if (cards.Count == 0)
        {
            page.Append("<td class=\"num quiet\">–</td>");
            return;
        }

        // Several seeds: the median is shown, and the interval of that run.
        var card = cards.OrderBy(c => c.Value).ElementAt((cards.Count - 1) / 2);
        var told = double.IsFinite(card.Low) && double.IsFinite(card.High);
        var range = told ? $"{Markup.Number(card.Low)}–{Markup.Number(card.High)}" : "no interval";
        var seeds = cards.Count > 1 ? $", median of {cards.Count} seeds ({Markup.Number(cards.Min(c => c.Value))}–{Markup.Number(cards.Max(c => c.Value))})" : "";
        page.Append($"<td class=\"num\" title=\"n = {Markup.Count(card.N)}{seeds}; probe set {Markup.Text(Markup.Short(card.ProbeSet))}\"><b>{Markup.Number(card.Value)}</b>");
        if (card.Unit == "%") Bar(page, card, told);
        page.Append($"<span class=\"range\">{range}</span></td>");
    }

    private static void Bar(StringBuilder page, ScoreCard card, bool told)
    {
        static double X(double percent) => 2 + (Math.Clamp(percent, 0, 100) * 0.92);
        page.Append("<svg class=\"bar\" viewBox=\"0 0 96 8\" aria-hidden=\"true\"><rect class=\"track\" x=\"2\" y=\"3\" width=\"92\" height=\"2\" rx=\"1\"/>");
        if (told) page.Append($"<rect class=\"span\" x=\"{Markup.At(X(card.Low))}\" y=\"1.5\" width=\"{Markup.At(Math.Max(1.5, X(card.High) - X(card.Low)))}\" height=\"5\" rx=\"2\"/>");
        page.Append($"<circle class=\"dot\" cx=\"{Markup.At(X(card.Value))}\" cy=\"4\" r=\"2.6\"/></svg>");
    }
}
