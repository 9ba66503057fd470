using System.Diagnostics;
using System.Text.Json;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tests.Security;

namespace MindBridge.Platform.Tests.Metrics;

/// <summary>Debian's Prometheus, with the configuration and rules that deploy/ ships.</summary>
public sealed class When_prometheus_scrapes
{
    private static readonly string s_shipped = Path.Combine(Root(), "deploy/prometheus");

    [Theory]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task Should_ship_rules_that_its_own_tool_accepts(params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = s_shipped, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await tool.StandardOutput.ReadToEndAsync() + await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();

        tool.ExitCode.ShouldBe(0, said);
    }

    [Fact]
    public async Task Should_find_every_series_of_a_service_with_an_operators_key()
    {
        var (key, settings) = GuardedService.KeyOf(0, Role.Operator);
        await using var service = await GuardedService.StartAsync([.. settings]);
        await service.GetAsync("/who", key);
        var folder = Directory.CreateTempSubdirectory("mindbridge-prometheus-").FullName;
        var port = FreePort.Find();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "mindbridge.key"), key);
            File.Copy(Path.Combine(s_shipped, "alerts.yml"), Path.Combine(folder, "alerts.yml"));
            // The shipped configuration, for this service's port, and in more of a hurry.
            var shipped = await File.ReadAllTextAsync(Path.Combine(s_shipped, "prometheus.yml"));
            await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), shipped.Replace("127.0.0.1:5101", service.Http.BaseAddress!.Authority, StringComparison.Ordinal).Replace("15s", "1s", StringComparison.Ordinal));
            using var prometheus = Process.Start(new ProcessStartInfo("prometheus", [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            prometheus.BeginErrorReadLine();
            prometheus.BeginOutputReadLine();
            try
            {
                using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
                await Eventually.HoldsAsync(async () => (await ValueAsync(http, "up{instance=\"edit-registry\"}")).ShouldBe("1"));
                await Eventually.HoldsAsync(async () => double.Parse(await ValueAsync(http, "sum(http_server_request_duration_seconds_count)"), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0));
                (await ValueAsync(http, "count(mindbridge_test_absent) or vector(0)")).ShouldBe("0");
                // The other targets of the shipped configuration do not run here, and the shipped alert says so.
                await Eventually.HoldsAsync(async () => (await http.GetStringAsync("/api/v1/rules")).ShouldContain("\"name\":\"ServiceDown\""));
            }
            finally
            {
                prometheus.Kill();
                await prometheus.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ValueAsync(HttpClient http, string query)
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query)));
        return answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Single().GetProperty("value")[1].GetString()!;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MindBridge.Platform.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository's root");
        return folder;
    }
}
