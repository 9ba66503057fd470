using System.Diagnostics;
using MindBridge.LocalServers;

namespace MindBridge.Browser.Tests;

/// <summary>
/// A real OpenID Connect provider in a process of its own. People reach it as "localhost" and the dashboard as "127.0.0.1", so to their browser the two are different sites, as they are in
/// life. Ada is an operator, Cleo a reader, and Nora has no role.
/// </summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    /// <summary>How long an access token holds: short, so that a test sees one run out.</summary>
    public const int Seconds = 8;

    private readonly int port = FreePort.Find();
    private Process? node;

    /// <summary>Its address.</summary>
    public string Authority => $"http://localhost:{port}";

    /// <summary>What the platform is told of it.</summary>
    public IEnumerable<(string Key, string Value)> Settings =>
    [
        ("Security:Jwt:Authority", Authority), ("Security:Jwt:Https", "false"), ("Dashboard:Provider:ClientId", "dashboard"), ("Dashboard:Provider:ClientSecret", "a secret between the two"),
        ("Dashboard:Provider:Name", "Example"), ("Dashboard:Provider:Resource", "urn:mindbridge"),
    ];

    /// <summary>Starts it for a dashboard.</summary>
    public async Task StartAsync(string dashboard)
    {
        var folder = await NpmFolder.InstalledAsync("oidc");
        var start = new ProcessStartInfo("node", ["provider.mjs", $"{port}", dashboard + "/session/provider/back", $"{Seconds}"]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        node = Process.Start(start)!;
        var said = node.StandardError.ReadToEndAsync();
        while (await node.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line != "ready") continue;
            _ = node.StandardOutput.ReadToEndAsync();
            return;
        }

        throw new InvalidOperationException($"the provider did not start: {await said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (node is null) return;
        node.Kill();
        await node.WaitForExitAsync();
        node.Dispose();
    }
}
