using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MindBridge.Architecture.Tests;

/// <summary>The Kubernetes manifests below deploy/kubernetes, and the alerts of Prometheus, as objects. Debian's python3-yaml reads them: no YAML of our own.</summary>
internal sealed record Manifests(IReadOnlyList<JsonNode> Objects, IReadOnlyList<string> Files)
{
    private const string ToJson = "import json,sys,yaml; print(json.dumps([d for d in yaml.safe_load_all(sys.stdin.read()) if d]))";

    /// <param name="root">The repository.</param>
    /// <param name="change">Plants something: a text of a file, by its name.</param>
    public static async Task<Manifests> ReadAsync(string root, Func<string, string, string>? change = null)
    {
        var paths = Directory.EnumerateFiles(Path.Combine(root, "deploy/kubernetes"), "*.yaml").Order(StringComparer.Ordinal).ToList();
        var files = paths.Append(Path.Combine(root, "deploy/prometheus/alerts.yml")).Select(path => (change ?? ((_, text) => text))(Path.GetFileName(path), File.ReadAllText(path)));
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", ToJson]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await python.StandardInput.WriteAsync(string.Join("\n---\n", files));
        python.StandardInput.Close();
        var (output, error) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        python.ExitCode.ShouldBe(0, await error);
        return new Manifests([.. JsonNode.Parse(await output)!.AsArray().Select(node => node!)], [.. paths.Select(path => Path.GetFileName(path))]);
    }

    /// <summary>What disagrees with the services' settings, and what no pod of ours may lack.</summary>
    public IEnumerable<string> Violations(Deployment deployment)
    {
        var known = SettingsRecords.Of(deployment).Select(key => key.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var deployed = Of("Deployment").ToDictionary(d => Name(d), StringComparer.Ordinal);
        foreach (var service in deployment.Services.Where(s => !deployed.ContainsKey(s))) yield return $"{service} is not deployed";
        foreach (var key in Of("ConfigMap").Concat(Of("Secret")).SelectMany(o => (o["data"] ?? o["stringData"])!.AsObject().Select(p => p.Key)).Where(key => key.Contains("__", StringComparison.Ordinal)))
            if (!IsSetting(key)) yield return $"{key} is no setting";

        foreach (var (name, deploy) in deployed)
        {
            var (pod, ports) = (deploy["spec"]!["template"]!["spec"]!, deployment.PortsOf(name));
            var container = pod["containers"]![0]!;
            if (!container["ports"]!.AsArray().Select(p => (int)p!["containerPort"]!).SequenceEqual([ports.Http, ports.Grpc])) yield return $"{name}: its ports are not those of its settings";
            foreach (var variable in container["env"]!.AsArray().Select(e => (string)e!["name"]!).Where(v => !IsSetting(v))) yield return $"{name}: {variable} is no setting";
            foreach (var secret in container["envFrom"]!.AsArray().Select(e => (string?)e!["secretRef"]?["name"]).OfType<string>())
                foreach (var key in Of("Secret").Where(s => Name(s) == secret).SelectMany(s => s["stringData"]!.AsObject().Select(p => p.Key)))
                    if (deployment.ReadersOf(Deployment.KeyOf(key)) is { } readers && !readers.Contains(name, StringComparer.Ordinal)) yield return $"{name}: is told {key}, which it does not read";
            if (pod["securityContext"]?["runAsNonRoot"]?.GetValue<bool>() != true) yield return $"{name} may run as root";
            if (container["securityContext"]?["readOnlyRootFilesystem"]?.GetValue<bool>() != true) yield return $"{name} may write to its image";
            if (container["resources"]?["limits"]?["memory"] is null) yield return $"{name} has no limit of memory";
            if (deployment.ReadsModels(name) && !Mounts(container, pod, "/models")) yield return $"{name}: reads the folders of models, and /models is not mounted, or not read-only";
            foreach (var (probe, path) in new[] { ("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready") })
                if ((string?)container[probe]?["httpGet"]?["path"] != path) yield return $"{name}: {probe} does not ask {path}";
            if (container["env"]!.AsArray().Any(e => ((string?)e!["value"]) == "cuda") && pod["nodeSelector"] is null) yield return $"{name} wants a GPU and any node";
            if (Of("PodDisruptionBudget").All(b => (string?)b["spec"]!["selector"]!["matchLabels"]!["app"] != name)) yield return $"{name} has no disruption budget";
            if (Of("Service").FirstOrDefault(s => Name(s) == name) is not { } served || !served["spec"]!["ports"]!.AsArray().Select(p => (int)p!["port"]!).SequenceEqual([ports.Http, ports.Grpc])) yield return $"{name} has no service of its ports";
            if (Of("NetworkPolicy").All(p => Name(p) != name)) yield return $"{name} has no network policy";
        }

        foreach (var violation in OfScraping(deployed)) yield return violation;
        if (!JsonNode.DeepEquals(Of("PrometheusRule").Single()["spec"]!["groups"], Objects.Single(o => o["kind"] is null && o["groups"] is not null)["groups"])) yield return "the rules of alerts.yaml are not those of deploy/prometheus/alerts.yml";
        var applied = Of("Kustomization").Single()["resources"]!.AsArray().Select(r => (string)r!).ToList();
        // What is secret is filled in from its example.
        foreach (var file in Files.Where(f => f is not "kustomization.yaml").Select(f => f.Replace(".example", "", StringComparison.Ordinal)).Where(f => !applied.Contains(f, StringComparer.Ordinal))) yield return $"{file} is not applied";
        foreach (var scaled in Of("ScaledObject").Where(s => !deployed.ContainsKey((string)s["spec"]!["scaleTargetRef"]!["name"]!))) yield return $"{Name(scaled)} scales what is not deployed";
        if (!Of("NetworkPolicy").Any(p => p["spec"]!["podSelector"]!.AsObject().Count == 0 && p["spec"]!["ingress"] is null)) yield return "pods are open to everybody";

        bool IsSetting(string variable) => known.Contains(Deployment.KeyOf(variable));
    }

    private static bool Mounts(JsonNode container, JsonNode pod, string path) =>
        container["volumeMounts"]!.AsArray().FirstOrDefault(m => (string?)m!["mountPath"] == path) is { } mount && mount["readOnly"]?.GetValue<bool>() == true
        && pod["volumes"]!.AsArray().Any(v => (string?)v!["name"] == (string?)mount["name"] && v!["persistentVolumeClaim"] is not null);

    // /metrics answers to a key, from where a network policy lets Prometheus in.
    private IEnumerable<string> OfScraping(Dictionary<string, JsonNode> deployed)
    {
        var monitor = Of("PodMonitor").Single()["spec"]!;
        var (endpoint, (label, wanted)) = (monitor["podMetricsEndpoints"]![0]!, monitor["selector"]!["matchLabels"]!.AsObject().Single());
        var credentials = endpoint["authorization"]?["credentials"];
        if (Of("Secret").FirstOrDefault(s => Name(s) == (string?)credentials?["name"])?["stringData"]?[(string?)credentials?["key"] ?? ""] is null) yield return "metrics are read without a key that a secret holds";
        if ((string?)endpoint["path"] != "/metrics") yield return "metrics are not read at /metrics";
        foreach (var (name, deploy) in deployed)
        {
            var template = deploy["spec"]!["template"]!;
            if ((string?)template["metadata"]!["labels"]![label] != (string?)wanted) yield return $"{name} is not scraped";
            if (template["metadata"]!["annotations"]?.AsObject().Any(a => a.Key.StartsWith("prometheus.io/", StringComparison.Ordinal)) is true) yield return $"{name} asks to be scraped without a key";
            var ports = template["spec"]!["containers"]![0]!["ports"]!.AsArray();
            var scraped = ports.Where(p => (string?)p!["name"] == (string?)endpoint["port"]).Select(p => (int)p!["containerPort"]!).ToList();
            var open = Of("NetworkPolicy").Where(p => Name(p) == name).SelectMany(p => p["spec"]!["ingress"]!.AsArray()).Where(i => (string?)i!["from"]![0]!["namespaceSelector"]?["matchLabels"]?["mindbridge-metrics"] == "true");
            if (scraped.Count == 0 || !scraped.All(port => open.Any(i => i!["ports"]!.AsArray().Any(p => (int)p!["port"]! == port)))) yield return $"{name} lets no Prometheus in";
        }
    }

    private IEnumerable<JsonNode> Of(string kind) => Objects.Where(o => (string?)o["kind"] == kind);

    private static string Name(JsonNode node) => (string)node["metadata"]!["name"]!;
}
