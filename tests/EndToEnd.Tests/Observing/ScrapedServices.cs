using System.Diagnostics;
using System.Text.Json;
using MindBridge.Cli.Platform;
using MindBridge.LocalServers;

namespace MindBridge.EndToEnd.Tests.Observing;

/// <summary>Debian's Prometheus, with the configuration that deploy/ ships, on a platform that runs.</summary>
internal static class ScrapedServices
{
    // What each service alone can tell.
    private static readonly (string Service, string Series)[] s_own =
    [
        (ServiceNames.EditRegistry, "mindbridge_edits_pending"), (ServiceNames.EncoderTrainer, "mindbridge_jobs"), (ServiceNames.BridgeTrainer, "mindbridge_jobs"), (ServiceNames.Inference, "mindbridge_answer_duration"), (ServiceNames.Evaluator, "mindbridge_score"),
    ];

    /// <summary>Asserts that Prometheus reaches every service of a running platform, and finds there what the service tells of itself.</summary>
    public static async Task ShouldAllAnswerAsync(string home, string shipped, CancellationToken cancellationToken)
    {
        var platform = PlatformFile.Read(new PlatformHome(home));
        var folder = Directory.CreateTempSubdirectory("mindbridge-prometheus-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "mindbridge.key"), platform.OperatorKey, cancellationToken);
            File.Copy(Path.Combine(shipped, "alerts.yml"), Path.Combine(folder, "alerts.yml"));
            var configuration = (await File.ReadAllTextAsync(Path.Combine(shipped, "prometheus.yml"), cancellationToken)).Replace("15s", "1s", StringComparison.Ordinal);
            // The services' ports may have been taken.
            foreach (var service in ServiceNames.All)
                configuration = configuration.Replace($"\"127.0.0.1:{ServiceNames.PortsOf(service).Http}\"", $"\"{new Uri(platform.Services[service].Rest).Authority}\"", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), configuration, cancellationToken);
            var address = $"127.0.0.1:{FreePort.Find()}";
            using var prometheus = Process.Start(new ProcessStartInfo("prometheus", [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address={address}"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            prometheus.BeginErrorReadLine();
            prometheus.BeginOutputReadLine();
            try
            {
                await WaitAsync(new Uri($"http://{address}"), cancellationToken);
            }
            finally
            {
                prometheus.Kill();
                await prometheus.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WaitAsync(Uri prometheus, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = prometheus };
        var began = Stopwatch.StartNew();
        while (true)
        {
            var missing = new List<string>();
            foreach (var (service, series) in s_own)
            {
                if (await CountAsync(http, $"up{{instance=\"{service}\"}} == 1", cancellationToken) == 0) missing.Add($"{service} is not scraped");
                else if (await CountAsync(http, $"{{instance=\"{service}\",__name__=~\"{series}.*\"}}", cancellationToken) == 0) missing.Add($"{service} tells no {series}");
            }

            if (missing.Count == 0) return;
            if (began.Elapsed > TimeSpan.FromSeconds(30)) throw new TimeoutException(string.Join("; ", missing));
            await Task.Delay(250, cancellationToken);
        }
    }

    private static async Task<int> CountAsync(HttpClient http, string query, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query), cancellationToken));
            return answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
        }
        catch (HttpRequestException)
        {
            // It is not up yet.
            return 0;
        }
    }
}
