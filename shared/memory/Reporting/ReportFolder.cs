using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Artifacts;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Reporting;

/// <summary>
/// Gathers a report from a run's folder: <c>report.json</c> where there is one, else whatever the folder holds: the figures of <c>run.json</c> or <c>demo.json</c>, and the
/// manifests of artifacts with the learning curves in their metrics.
/// </summary>
public static class ReportFolder
{
    /// <summary>Reads what there is.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds nothing to report, or a file in it is damaged.</exception>
    public static RunReport Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder; give the folder of a run (--out of mindbridge run, train or demo)");
        var report = File.Exists(Path.Combine(folder, RunReport.FileName)) ? RunReport.Read(folder) : new RunReport { Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) };
        var artifacts = ArtifactsUnder(folder).ToList();
        if (report.Artifacts.Count == 0) report = report with { Artifacts = [.. artifacts.Select(a => new ReportArtifact(a.Kind, a.Name, a.Id))] };
        if (report.Curves.Count == 0) report = report with { Curves = [.. artifacts.Select(CurveOf).OfType<LossCurve>()] };
        if (report.Scores.Count == 0 || report.Costs.Count == 0)
        {
            foreach (var name in (string[])["run.json", "demo.json"])
                if (File.Exists(Path.Combine(folder, name))) report = WithFigures(report, Path.Combine(folder, name));
        }

        if (report.Scores.Count + report.Curves.Count + report.Artifacts.Count + report.Answers.Count == 0)
            throw new InvalidDataException($"{folder} holds nothing to report: no {RunReport.FileName}, run.json or artifact; give the folder of a run");
        return report;
    }

    // Manifests only: a report must not take the time to hash gigabytes.
    private static IEnumerable<(string Kind, string Name, string Id, JsonObject? Metrics)> ArtifactsUnder(string folder)
    {
        var found = Directory.EnumerateFiles(folder, Artifact.ManifestName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }).Order(StringComparer.Ordinal);
        foreach (var path in found)
        {
            if (Parse(path) is not JsonObject manifest || manifest["kind"]?.GetValue<string>() is not { } kind) continue;
            var name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))!;
            yield return (kind, name, manifest["id"]?.GetValue<string>() ?? "", manifest["metrics"] as JsonObject);
        }
    }

    private static LossCurve? CurveOf((string Kind, string Name, string Id, JsonObject? Metrics) artifact)
    {
        if (artifact.Metrics?["curve"] is not JsonArray { Count: > 0 } points) return null;
        return new LossCurve(artifact.Kind == artifact.Name ? artifact.Kind : $"{artifact.Kind} {artifact.Name}",
            [.. points.OfType<JsonObject>().Select(p => new LossPoint(p["step"]?.GetValue<long>() ?? 0, Numbers(p["losses"]), p["scores"] is JsonObject ? InPercent(Numbers(p["scores"])) : null))]);
    }

    // Trainers store validation scores as shares.
    private static Dictionary<string, double> InPercent(Dictionary<string, double> shares) => shares.ToDictionary(s => s.Key, s => 100 * s.Value, StringComparer.Ordinal);

    private static RunReport WithFigures(RunReport report, string path)
    {
        if (Parse(path) is not JsonObject run) return report;
        var (scores, costs) = (new List<ScoreCard>(), new List<Cost>());
        if (run["encoder"]?["trainSeconds"] is JsonValue seconds) costs.Add(new Cost("encoder", "", seconds.GetValue<double>()));
        foreach (var llm in (run["llms"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var name = llm["name"]?.GetValue<string>() ?? "";
            if (llm["bridgeSeconds"] is JsonValue bridge) costs.Add(new Cost("bridge", name, bridge.GetValue<double>()));
            foreach (var (protocol, values) in llm["scores"] as JsonObject ?? [])
                foreach (var (key, kind) in ((string, ProbeKind)[])[("rel", ProbeKind.Reliability), ("gen", ProbeKind.Generality), ("loc", ProbeKind.LocalityNeighbour)])
                    if (values?[key] is JsonValue value)
                        scores.Add(new ScoreCard { Protocol = protocol, Scorer = "", Kind = kind, Value = value.GetValue<double>(), Low = double.NaN, High = double.NaN, N = values["n"]?.GetValue<int>() ?? 0, Seed = 0, System = "edited", Llm = name, ProbeSet = "" });
        }

        var gates = (run["gates"] as JsonArray ?? []).OfType<JsonObject>().Select(g => new ReportGate(g["name"]?.GetValue<string>() ?? "", g["passed"]?.GetValue<bool>() ?? false)).ToList();
        return report with
        {
            Scores = report.Scores.Count > 0 ? report.Scores : scores,
            Costs = report.Costs.Count > 0 ? report.Costs : costs,
            Gates = report.Gates.Count > 0 ? report.Gates : gates,
        };
    }

    private static Dictionary<string, double> Numbers(JsonNode? node) => (node as JsonObject ?? [])
        .Where(p => p.Value is JsonValue v && v.TryGetValue<double>(out _)).ToDictionary(p => p.Key, p => p.Value!.GetValue<double>(), StringComparer.Ordinal);

    private static JsonNode? Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged ({e.Message}); make it again, or delete it", e);
        }
    }
}
