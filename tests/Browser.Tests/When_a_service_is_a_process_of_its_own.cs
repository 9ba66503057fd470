using System.Diagnostics;
using System.Net;
using System.Text.Json;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;

namespace MindBridge.Browser.Tests;

/// <summary>The evaluator as `up` starts it: from the command line's folder, where no source and no package lies.</summary>
public sealed class When_a_service_is_a_process_of_its_own : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-evaluator-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Should_serve_the_sign_in_page_with_its_script_and_style()
    {
        var (http, grpc) = (FreePort.Find(), FreePort.Find());
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mindbridge.dll"), "service", "evaluator"]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var (key, value) in ((string, string)[])
        [
            ("Kestrel__Endpoints__Rest__Url", $"http://127.0.0.1:{http}"), ("Kestrel__Endpoints__Grpc__Url", $"http://127.0.0.1:{grpc}"), ("Database__Kind", "Sqlite"), ("Database__Folder", folder),
            ("Artifacts__Folder", Path.Combine(folder, "artifacts")), ("Artifacts__Work", Path.Combine(folder, "work")), ("Services__Key", "none"),
            ("Security__ApiKeys__0__Name", "Ada"), ("Security__ApiKeys__0__Tenant", "default"), ("Security__ApiKeys__0__Sha256", ApiKey.HashOf("mb_ada")),
            // As the images set it.
            ("Logging__Console__FormatterName", "json"),
        ]) start.Environment[key] = value;
        using var service = Process.Start(start)!;
        var said = service.StandardOutput.ReadToEndAsync();
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") };
            var page = await PageAsync(client);
            page.ShouldContain("Sign in");
            var assets = page.Split('"').Where(part => part.StartsWith("/assets/", StringComparison.Ordinal)).Distinct().ToList();
            assets.ShouldContain(asset => asset.EndsWith("/blazor.web.js", StringComparison.Ordinal));
            assets.ShouldContain(asset => asset.EndsWith("/dashboard.css", StringComparison.Ordinal));
            foreach (var asset in assets.Append("/assets/x/echarts.js").Append("/assets/x/charts.js"))
            {
                using var answer = await client.GetAsync(asset);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, asset);
                (await answer.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(100, asset);
            }

            (await client.GetAsync("/assets/x/../appsettings.json")).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }

        var lines = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldNotBeEmpty();
        foreach (var line in lines[..^1]) JsonDocument.Parse(line).RootElement.GetProperty("LogLevel").GetString().ShouldNotBeNullOrEmpty();
    }

    private static async Task<string> PageAsync(HttpClient client)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(100))
        {
            try
            {
                return await client.GetStringAsync("/login");
            }
            catch (HttpRequestException e) when (e.StatusCode is null && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                // Not up yet.
            }
        }
    }
}
