using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MindBridge.Artifacts;

namespace MindBridge.Memory.Reporting;

/// <summary>One self-contained page from a <see cref="RunReport"/>: styles, drawings and the table's script are inside, nothing is fetched.</summary>
public static class HtmlReport
{
    /// <summary>The page's file name in a run's folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Most answers that the page carries; the JSON file holds all.</summary>
    public const int MostAnswers = 20_000;

    // "<" is escaped, so that no answer can close the script element it stands in.
    private static readonly JsonSerializerOptions ForScript = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes <c>report.html</c>, whole or not at all, and returns its path.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string Write(RunReport report, string folder)
    {
        var path = Path.Combine(folder, FileName);
        DurableFile.WriteText(path, Render(report));
        return path;
    }

    /// <summary>The page.</summary>
    public static string Render(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder(1 << 20);
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.Append("<meta name=\"color-scheme\" content=\"light dark\">");
        page.Line($"<title>{Markup.Text(report.Name)} · MindBridge</title><style>{Resource("report.css")}</style></head><body>");
        Header(page, report);
        page.Append("<main>\n");
        Section(page, "scores", "Scores", report.Scores.Count > 0, () => ScoreTable.Write(page, report.Scores));
        Section(page, "costs", "What an upgrade costs", report.Costs.Count > 0, () => CostChart.Write(page, report.Costs));
        Section(page, "answers", "Before and after", report.Answers.Count > 0, () => Answers(page, report.Answers));
        Section(page, "features", "In and out of scope", report.Features is { Points.Count: > 0 }, () => FeatureChart.Write(page, report.Features!));
        Section(page, "curves", "Learning curves", report.Curves.Count > 0, () =>
        {
            page.Append("<div class=\"pair\">");
            foreach (var curve in report.Curves) LossChart.Write(page, curve);
            page.Append("</div>");
        });
        Section(page, "artifacts", "Artifacts", report.Artifacts.Count > 0, () => Artifacts(page, report.Artifacts));
        Section(page, "notes", "Notes", report.Notes.Count > 0, () =>
        {
            page.Append("<ul>");
            foreach (var note in report.Notes) page.Append($"<li>{Markup.Text(note)}</li>");
            page.Append("</ul>");
        });
        page.Line($"</main><script>{Resource("report.js")}</script></body></html>");
        return page.ToString();
    }

    private static void Header(StringBuilder page, RunReport report)
    {
        page.Line($"<header><p class=\"brand\">MindBridge</p><h1>{Markup.Text(report.Name)}</h1><p class=\"quiet\">");
        if (report.Made is { } made) page.Append($"{made.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC · ");
        if (report.Seeds.Count > 0) page.Append($"seed{(report.Seeds.Count > 1 ? "s" : "")} {string.Join(", ", report.Seeds)}");
        page.Append("</p>");
        if (report.Gates.Count > 0)
        {
            var failed = report.Gates.Count(g => !g.Passed);
            page.Append($"<p class=\"verdict {(failed == 0 ? "good" : "bad")}\">{(failed == 0 ? $"All {report.Gates.Count} gates held" : $"{failed} of {report.Gates.Count} gates failed")}</p><ul class=\"gates\">");
            foreach (var gate in report.Gates) page.Append($"<li class=\"{(gate.Passed ? "good" : "bad")}\"><span aria-hidden=\"true\">{(gate.Passed ? "✓" : "✗")}</span> {Markup.Text(gate.Name)}<span class=\"sr\">{(gate.Passed ? " held" : " failed")}</span></li>");
            page.Append("</ul>");
        }

        page.Append("</header>\n");
    }

    private static void Section(StringBuilder page, string id, string title, bool there, Action write)
    {
        if (!there) return;
        page.Line($"<section id=\"{id}\"><h2>{title}</h2>");
        write();
        page.Append("</section>\n");
    }

    private static void Answers(StringBuilder page, IReadOnlyList<AnswerRow> answers)
    {
        var shown = answers.Take(MostAnswers).ToList();
        page.Append("<div class=\"filters\"><input id=\"q\" type=\"search\" placeholder=\"Search prompts and answers\" aria-label=\"Search prompts and answers\">");
        Select(page, "llm", "all LLMs", shown.Select(a => a.Llm).Distinct(StringComparer.Ordinal).Select(l => (l, l)));
        Select(page, "kind", "all probes", shown.Select(a => a.Kind).Distinct().Order().Select(k => (k.ToString(), ScoreTable.NameOf(k))));
        Select(page, "hit", "passed and missed", [("1", "passed"), ("0", "missed")]);
        page.Append("<span id=\"found\" class=\"quiet\" role=\"status\"></span></div>");
        page.Append("<div class=\"scroll\"><table class=\"answers\"><thead><tr><th>LLM</th><th>probe</th><th>prompt</th><th>before</th><th>after</th><th>wanted</th></tr></thead><tbody id=\"rows\"></tbody></table></div>");
        page.Append("<button id=\"more\" type=\"button\" hidden>Show more</button><noscript><p class=\"quiet\">The table needs JavaScript; report.json holds the same rows.</p></noscript>");
        if (answers.Count > shown.Count) page.Line($"<p class=\"quiet\">The first {Markup.Count(shown.Count)} of {Markup.Count(answers.Count)} answers; report.json holds all.</p>");
        var rows = shown.Select(a => new object?[] { a.Llm, a.Kind.ToString(), a.Prompt, a.Before, a.After, a.Wanted, a.Hit ? 1 : 0, a.Reason ?? "" });
        page.Line($"<script id=\"data\" type=\"application/json\">{JsonSerializer.Serialize(rows, ForScript)}</script>");
    }

    private static void Select(StringBuilder page, string id, string all, IEnumerable<(string Value, string Name)> options)
    {
        page.Append($"<select id=\"{id}\" aria-label=\"{all}\"><option value=\"\">{all}</option>");
        foreach (var (value, name) in options) page.Append($"<option value=\"{Markup.Text(value)}\">{Markup.Text(name)}</option>");
        page.Append("</select>");
    }

    private static void Artifacts(StringBuilder page, IReadOnlyList<ReportArtifact> artifacts)
    {
        page.Append("<div class=\"scroll\"><table class=\"plain\"><tbody>");
        foreach (var artifact in artifacts) page.Append($"<tr><td>{Markup.Text(artifact.Kind)}</td><td>{Markup.Text(artifact.Name)}</td><td><code title=\"{Markup.Text(artifact.Id)}\">{Markup.Text(artifact.Id)}</code></td></tr>");
        page.Append("</tbody></table></div>");
    }

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name) ?? throw new InvalidDataException($"{name} is missing from this build; build it again");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
