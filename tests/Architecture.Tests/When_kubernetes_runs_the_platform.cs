using System.Text.RegularExpressions;

namespace MindBridge.Architecture.Tests;

public sealed partial class When_kubernetes_runs_the_platform
{
    private static readonly string s_root = Repository.Root;

    [Fact]
    public async Task Should_agree_with_the_services() =>
        (await Manifests.ReadAsync(s_root)).Violations(Deployment.Read(s_root)).ShouldBeEmpty();

    [Theory]
    [InlineData("inference.yaml", "containerPort: 5131", "containerPort: 5130", "inference: its ports are not those of its settings")]
    [InlineData("bridge-trainer.yaml", "Bridge__Device", "Bridge__Gadget", "bridge-trainer: Bridge__Gadget is no setting")]
    [InlineData("settings.yaml", "Security__CallsPerSecond", "Security__CallsASecond", "Security__CallsASecond is no setting")]
    [InlineData("evaluator.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "evaluator may run as root")]
    [InlineData("evaluator.yaml", "readOnlyRootFilesystem: true, ", "", "evaluator may write to its image")]
    [InlineData("evaluator.yaml", "mountPath: /models, readOnly: true", "mountPath: /models", "evaluator: reads the folders of models, and /models is not mounted, or not read-only")]
    [InlineData("evaluator.yaml", "{ name: models, persistentVolumeClaim", "{ name: others, persistentVolumeClaim", "evaluator: reads the folders of models, and /models is not mounted, or not read-only")]
    [InlineData("evaluator.yaml", "/health/ready", "/ready", "evaluator: readinessProbe does not ask /health/ready")]
    [InlineData("encoder-trainer.yaml", "nodeSelector", "nodeHint", "encoder-trainer wants a GPU and any node")]
    [InlineData("edit-registry.yaml", "{ secretRef: { name: mindbridge-secrets } }", "{ secretRef: { name: mindbridge-calls } }", "edit-registry: is told Services__Key, which it does not read")]
    [InlineData("edit-registry.yaml", "kind: PodDisruptionBudget", "kind: Budget", "edit-registry has no disruption budget")]
    [InlineData("network.yaml", "podSelector: {}", "podSelector: { matchLabels: { app: none } }", "pods are open to everybody")]
    [InlineData("network.yaml", "name: inference }", "name: interference }", "inference has no network policy")]
    [InlineData("scaling.yaml", "scaleTargetRef: { name: bridge-trainer }", "scaleTargetRef: { name: bridges }", "bridge-trainer scales what is not deployed")]
    [InlineData("scraping.yaml", "credentials: { name: mindbridge-metrics", "credentials: { name: mindbridge-keys", "metrics are read without a key that a secret holds")]
    [InlineData("scraping.yaml", "part-of: mindbridge", "part-of: something", "evaluator is not scraped")]
    [InlineData("scraping.yaml", "port: http", "port: grpc", "inference lets no Prometheus in")]
    [InlineData("alerts.yaml", "> 3600", "> 7200", "the rules of alerts.yaml are not those of deploy/prometheus/alerts.yml")]
    [InlineData("alerts.yml", "severity: ticket", "severity: page", "the rules of alerts.yaml are not those of deploy/prometheus/alerts.yml")]
    [InlineData("kustomization.yaml", "  - alerts.yaml\n", "", "alerts.yaml is not applied")]
    [InlineData("inference.yaml", "labels: { app: inference, part-of: mindbridge }", "labels: { app: inference, part-of: mindbridge }\n      annotations: { prometheus.io/scrape: \"true\" }", "inference asks to be scraped without a key")]
    public async Task Should_catch_a_planted_violation(string file, string from, string to, string violation)
    {
        var planted = false;
        var manifests = await Manifests.ReadAsync(s_root, (name, text) =>
        {
            if (name != file) return text;
            planted = text.Contains(from, StringComparison.Ordinal);
            return text.Replace(from, to, StringComparison.Ordinal);
        });

        planted.ShouldBeTrue($"{file} must hold what is to be changed, or nothing is planted");
        manifests.Violations(Deployment.Read(s_root)).ShouldContain(violation);
    }

    // Alerts, panels and scaling ask for series by name; a name that no service has would never fire.
    [Fact]
    public void Should_ask_for_series_that_services_have()
    {
        var sources = string.Concat(Deployment.Read(s_root).Sources.Select(s => s.Text));
        var made = Instrument().Matches(sources).Select(m => m.Groups["name"].Value.Replace('.', '_')).ToHashSet(StringComparer.Ordinal);

        foreach (var file in new[] { "deploy/prometheus/alerts.yml", "deploy/grafana/mindbridge.json", "deploy/kubernetes/scaling.yaml" })
            Series().Matches(File.ReadAllText(Path.Combine(s_root, file))).Select(m => m.Value).Distinct(StringComparer.Ordinal)
                .Where(series => !made.Any(name => series == name || (series.StartsWith(name, StringComparison.Ordinal) && Suffix().IsMatch(series[name.Length..]))))
                .ShouldBeEmpty(file);
    }

    [GeneratedRegex("\"(?<name>mindbridge(\\.[a-z]+)+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Instrument();

    [GeneratedRegex("mindbridge(_[a-z]+)+")]
    private static partial Regex Series();

    [GeneratedRegex("^(_seconds)?(_total|_bucket|_count|_sum)?$")]
    private static partial Regex Suffix();
}
