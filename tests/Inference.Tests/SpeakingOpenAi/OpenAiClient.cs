using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Inference.Tests.SpeakingOpenAi;

/// <summary>npm's official <c>openai</c> client in a process of its own, driven by lines of JSON.</summary>
internal sealed class OpenAiClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly string url, key;

    private OpenAiClient(Process process, string url, string key) => (this.process, this.url, this.key) = (process, url, key);

    public static async Task<OpenAiClient> StartAsync(string url, string key)
    {
        var folder = Path.Combine(Repository(), "tests", "Inference.Tests", "SpeakingOpenAi");
        await InstallAsync(folder);
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "client.js")]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        return new OpenAiClient(Process.Start(start)!, url, key);
    }

    /// <summary>What the client returned, or <c>failed</c> with the error that it threw.</summary>
    public async Task<JsonNode> AskAsync(string what, object? body = null, object? more = null, string? with = null)
    {
        var ask = new JsonObject { ["do"] = what, ["url"] = url, ["key"] = with ?? key };
        if (body is not null) ask["body"] = JsonSerializer.SerializeToNode(body);
        if (more is not null)
            foreach (var (name, value) in JsonSerializer.SerializeToNode(more)!.AsObject().ToList()) ask[name] = value?.DeepClone();
        await process.StandardInput.WriteLineAsync(ask.ToJsonString());
        await process.StandardInput.FlushAsync();
        return JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) ?? throw new InvalidOperationException("the client ended early; its own words are on stderr"))!;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(2000)) process.Kill();
        process.Dispose();
    }

    // From the lock file, once; the stamp is what npm itself writes.
    private static async Task InstallAsync(string folder)
    {
        var stamp = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(stamp) && File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json"))) return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]) { WorkingDirectory = folder, UseShellExecute = false })!;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci failed in {folder}");
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no MindBridge.Platform.sln above {AppContext.BaseDirectory}");
    }
}
