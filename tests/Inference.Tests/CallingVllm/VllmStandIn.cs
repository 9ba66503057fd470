using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Inference.Tests.CallingVllm;

/// <summary>A Python process that speaks as vLLM does, and reads embeddings as it does: with torch where Python has it.</summary>
internal sealed class VllmStandIn : IDisposable
{
    private readonly Process process;
    private readonly HttpClient http = new();

    private VllmStandIn(Process process, int port) => (this.process, Address) = (process, $"http://127.0.0.1:{port}");

    public string Address { get; }

    public static async Task<VllmStandIn> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Folder(), "server.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var port = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? throw new InvalidOperationException("the stand-in ended early; its own words are on stderr");
        return new VllmStandIn(process, int.Parse(port, CultureInfo.InvariantCulture));
    }

    /// <summary>Says how it answers from now on, and forgets what it has seen.</summary>
    public async Task AnswerAsync(string[] pieces, string end = "stop", string? fail = null, bool endless = false, object[][][]? chances = null) =>
        (await http.PostAsync(Address + "/next", new StringContent(JsonSerializer.Serialize(new { pieces, end, fail, endless, chances })))).EnsureSuccessStatusCode();

    /// <summary>The completions it was asked for.</summary>
    public async Task<JsonArray> SeenAsync() => (await StateAsync())["seen"]!.AsArray();

    /// <summary>True once a caller has gone before the end.</summary>
    public async Task<bool> WasLeftAsync() => (bool)(await StateAsync())["gone"]!;

    public void Dispose()
    {
        http.Dispose();
        process.StandardInput.Close();
        if (!process.WaitForExit(2000)) process.Kill();
        process.Dispose();
    }

    private async Task<JsonNode> StateAsync() => (await http.GetFromJsonAsync<JsonNode>(Address + "/seen"))!;

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return Path.Combine(folder.FullName, "tests", "Inference.Tests", "CallingVllm");
        throw new DirectoryNotFoundException($"no MindBridge.Platform.sln above {AppContext.BaseDirectory}");
    }
}
