using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Grpc.Tests;

/// <summary>A gRPC program that nobody here wrote, driven by lines of JSON.</summary>
public sealed class Peer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);

    private Peer(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        _process = Process.Start(start)!;
    }

    public static string Folder { get; } = Path.Combine(Repository(), "tests", "Grpc.Tests", "Peers");

    /// <summary>Debian's grpcio, as a client.</summary>
    public static Peer PythonClient() => new("/usr/bin/python3", "-u", Path.Combine(Folder, "client.py"));

    /// <summary>Debian's grpcio, as a server.</summary>
    public static Peer PythonServer() => new("/usr/bin/python3", "-u", Path.Combine(Folder, "server.py"));

    /// <summary>@grpc/grpc-js, as a client.</summary>
    public static async Task<Peer> NodeClientAsync()
    {
        await InstallAsync();
        return new Peer("node", Path.Combine(Folder, "client.js"), Path.Combine(Repository(), "shared", "grpc"));
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">The peer failed; its own words are in the message or on stderr.</exception>
    public async Task<JsonNode> AskAsync(object request)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
            await _process.StandardInput.FlushAsync();
            var answer = JsonNode.Parse(await LineAsync())!;
            return answer["error"] is { } error ? throw new InvalidOperationException($"the peer failed: {error}") : answer;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The next line that the peer prints.</summary>
    public async Task<string> LineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) ?? throw new InvalidOperationException("the peer ended early; its own words are on stderr");

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000)) _process.Kill();
        _process.Dispose();
        _turn.Dispose();
    }

    // From the lock file, once; the stamp is what npm itself writes.
    private static async Task InstallAsync()
    {
        var stamp = Path.Combine(Folder, "node_modules", ".package-lock.json");
        if (File.Exists(stamp) && File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"))) return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]) { WorkingDirectory = Folder, UseShellExecute = false })!;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci failed in {Folder}");
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no MindBridge.Platform.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>The foreign clients, each started once.</summary>
public sealed class ForeignClients : IAsyncLifetime
{
    private readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);

    public Peer this[string name] => _peers[name];

    public async ValueTask InitializeAsync()
    {
        _peers["grpcio"] = Peer.PythonClient();
        _peers["grpc-js"] = await Peer.NodeClientAsync();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var peer in _peers.Values) peer.Dispose();
        return ValueTask.CompletedTask;
    }
}
