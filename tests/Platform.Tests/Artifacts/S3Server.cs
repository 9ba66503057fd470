using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

[assembly: AssemblyFixture(typeof(MindBridge.Platform.Tests.Artifacts.S3Server))]

namespace MindBridge.Platform.Tests.Artifacts;

/// <summary>An S3 that nobody here wrote: npm's s3rver, on a folder.</summary>
public sealed class S3Server : IAsyncLifetime
{
    public const string Bucket = "artifacts";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private Process? server;

    public string Folder { get; } = Directory.CreateTempSubdirectory("mindbridge-s3-").FullName;

    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var peer = Path.Combine(Repository(), "tests", "Platform.Tests", "Artifacts", "s3");
        await InstallAsync(peer);
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        var port = new Uri(Address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        server = Process.Start(new ProcessStartInfo("node", [Path.Combine(peer, "node_modules", "s3rver", "bin", "s3rver.js"), "-d", Folder, "-a", "127.0.0.1", "-p", port, "--silent", "--configure-bucket", Bucket]) { UseShellExecute = false })!;
        using var client = new HttpClient();
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            try
            {
                using var answer = await client.GetAsync(Address);
                return;
            }
            catch (HttpRequestException) when (!server.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
            {
                // Not up yet.
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (server is { HasExited: false })
        {
            server.Kill();
            server.WaitForExit();
        }

        server?.Dispose();
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
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
