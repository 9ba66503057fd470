using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>axe-core, as npm delivers it.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string>> Source = new(ReadAsync);

    /// <summary>What axe calls serious or critical, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        // Evaluated, not inserted: the page's policy lets no script in.
        await page.EvaluateAsync(await Source.Value);
        var found = await page.EvaluateAsync<JsonElement>("axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 160) + ' ' + (n.failureSummary ?? '')) })))");
        return [.. found.EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical").Select(v => v.ToString())];
    }

    private static async Task<string> ReadAsync()
    {
        var folder = Path.Combine(Repository.Root, "tests", "Browser.Tests", "axe");
        await InstallAsync(folder);
        return await File.ReadAllTextAsync(Path.Combine(folder, "node_modules", "axe-core", "axe.min.js")) + "; undefined";
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
}
