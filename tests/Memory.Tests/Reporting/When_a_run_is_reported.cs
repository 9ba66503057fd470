using MindBridge.Artifacts;
using MindBridge.Memory.Reporting;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Tests.Reporting;

public sealed class When_a_run_is_reported : IDisposable
{
    private const string Evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_page_holds_every_part_and_fetches_nothing()
    {
        Report("a run").Write(folder.Path);
        var page = File.ReadAllText(HtmlReport.Write(ReportFolder.Read(folder.Path), folder.Path));
        foreach (var part in (string[])["Scores", "generate-exact", "What an upgrade costs", "Before and after", "In and out of scope", "t-SNE", "Learning curves", "association", "1 of 2 gates failed", "prefers-color-scheme: dark"])
            page.ShouldContain(part);
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("NaN");
        page.ShouldNotContain("src=");
    }

    [Fact]
    public void Texts_of_models_stay_texts()
    {
        var page = HtmlReport.Render(Report(Evil));
        page.ShouldNotContain("<script>alert");
        page.ShouldNotContain("<img");
    }

    [Fact]
    public void A_run_that_wrote_no_report_is_put_together_from_its_artifacts_and_figures()
    {
        Artifact.Write("encoder", null, null, null, new { curve = new[] { new { epoch = 1, step = 10, losses = new { injection = 2.5 }, scores = new { association = 0.5 } }, new { epoch = 2, step = 20, losses = new { injection = 1.5 }, scores = new { association = 0.7 } } } },
            draft => File.WriteAllText(Path.Combine(draft, "w"), "w"), folder.At("encoder"));
        folder.File("run.json", """{"encoder":{"id":"e","trainSeconds":12.5},"llms":[{"name":"gpt","bridgeSeconds":3,"scores":{"generate-exact":{"rel":99.5,"gen":null,"loc":97,"n":30}}}],"gates":[{"name":"g","passed":true}]}""");
        var report = ReportFolder.Read(folder.Path);
        var curve = report.Curves.ShouldHaveSingleItem();
        curve.Name.ShouldBe("encoder");
        curve.Points[1].Scores!["association"].ShouldBe(70, 1e-9);
        report.Scores.Select(s => s.Value).ShouldBe([99.5, 97]);
        report.Costs.Select(c => c.Seconds).ShouldBe([12.5, 3]);
        report.Gates.ShouldHaveSingleItem().Passed.ShouldBeTrue();
        HtmlReport.Render(report).ShouldContain("99.5");
    }

    [Fact]
    public void Nothing_and_damage_are_told()
    {
        Should.Throw<InvalidDataException>(() => ReportFolder.Read(folder.Path)).Message.ShouldContain("nothing to report");
        Should.Throw<DirectoryNotFoundException>(() => ReportFolder.Read(folder.At("nowhere")));
        folder.File("report.json", "{\"name\":");
        Should.Throw<InvalidDataException>(() => ReportFolder.Read(folder.Path)).Message.ShouldContain("damaged");
    }

    [Fact]
    public void An_empty_run_still_renders() => HtmlReport.Render(new RunReport { Name = "empty", Curves = [new LossCurve("c", [])], Features = new FeatureMap([], 0) }).ShouldContain("empty");

    private static RunReport Report(string text)
    {
        var probes = Enumerable.Range(0, 20).Select(i => new Probe { Kind = ProbeKind.Generality, Prompt = $"p{i}", Answer = "a" }).ToList();
        return new RunReport
        {
            Name = text, Seeds = [1, 2],
            Scores = [ScoreCard.Of("generate-exact", "t", text, ProbeKind.Generality, probes, [.. probes.Select((_, i) => i % 5 == 0 ? 0.0 : 1)], 0, llm: text)],
            Costs = [new Cost("encoder", "", 500), new Cost("bridge", text, 90), new Cost("bridge", "llama", 80)],
            Answers = [new AnswerRow(text, ProbeKind.Reliability, text, text, text, text, true, "e", text)],
            Features = FeatureMap.Of([[1, 2], [2, 1], [3, 3], [0, 1], [5, 5]], ["edits", "edits", text, "edits", "edits"], [text, text, text, text, text]),
            Curves = [new LossCurve(text, [new LossPoint(1, new Dictionary<string, double> { ["association"] = 3, [text] = 200 }), new LossPoint(50, new Dictionary<string, double> { ["association"] = 1, [text] = double.NaN })])],
            Gates = [new ReportGate(text, true), new ReportGate("b", false)], Notes = [text], Artifacts = [new ReportArtifact(text, text, text)],
        };
    }
}
