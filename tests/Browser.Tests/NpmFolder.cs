using System.Diagnostics;

namespace MindBridge.Browser.Tests;

/// <summary>What npm delivers, from a lock file beside these tests.</summary>
internal static class NpmFolder
{
    /// <summary>A folder of this project with its packages installed.</summary>
    public static async Task<string> InstalledAsync(string name)
    {
        var folder = Path.Combine(Repository.Root, "tests", "Browser.Tests", name);
        // The stamp is what npm itself writes.
        var stamp = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(stamp) && File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json"))) return folder;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]) { WorkingDirectory = folder, UseShellExecute = false })!;
        await npm.WaitForExitAsync();
        return npm.ExitCode == 0 ? folder : throw new InvalidOperationException($"npm ci failed in {folder}");
    }
}
